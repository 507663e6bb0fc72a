import { configApp } from '@adonisjs/eslint-config'

/**
 * Which capability may know which (docs/architecture.md). Each folder has one block, since
 * blocks that match the same file replace each other's options.
 */
const forbidden = {
  shared: ['access', 'audit', 'monitoring', 'oauth', 'orange', 'sms'],
  oauth: ['access', 'audit', 'monitoring', 'orange', 'sms'],
  orange: ['access', 'audit', 'monitoring', 'sms'],
  sms: ['audit', 'monitoring'],
  access: ['audit', 'monitoring', 'oauth', 'orange', 'sms'],
  audit: ['access', 'monitoring', 'oauth', 'orange', 'sms'],
  monitoring: ['access', 'audit', 'sms'],
}
export default configApp()
