import { MemoryTokenStore } from '#oauth/stores/memory'

/** Keeps no token, only pauses: for a gateway whose cache is switched off. */
export class NoTokenStore extends MemoryTokenStore {
  override readonly name: string = 'none'

  override async get(): Promise<null> {
    return null
  }

  override async replace(): Promise<boolean> {
    return true
  }
}
