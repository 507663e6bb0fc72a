import { stores } from '#oauth/define_config'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'

tokenStoreContract({ name: 'memory', create: () => stores.memory() })
