import { FileTokenStore } from '#oauth/stores/file'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'

tokenStoreContract({
  name: 'file',
  create: async (context) => {
    const { file } = await temporaryFolder(context)
    const store = new FileTokenStore(file('tokens.json'))
    context.cleanup(() => store.close())
    return store
  },
})
