/*
|--------------------------------------------------------------------------
| Routes file
|--------------------------------------------------------------------------
|
| Each capability declares its own routes.
|
*/

import '#sms/routes'
import '#oauth/routes'
import '#access/routes'
import '#audit/routes'
import '#monitoring/routes'
