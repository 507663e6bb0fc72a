import { DatabaseTokenStore } from '#oauth/stores/database'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'

for (const { name, open } of databasesOf('oauth')) {
  tokenStoreContract({
    name: `database on ${name}`,
    create: async () => {
      const { connect } = await open()
      return new DatabaseTokenStore(connect)
    },
  })
}
