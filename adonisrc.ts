import { indexEntities } from '@adonisjs/core'
import { defineConfig } from '@adonisjs/core/app'

export default defineConfig({
  commands: [
    () => import('@adonisjs/core/commands'),
    () => import('@adonisjs/lucid/commands'),
    () => import('./commands/_in_place_of_packages.js'),
  ],

  providers: [
    () => import('@adonisjs/core/providers/app_provider'),
    () => import('@adonisjs/core/providers/hash_provider'),
    {
      file: () => import('@adonisjs/core/providers/repl_provider'),
      environment: ['repl', 'test'],
    },
    () => import('@adonisjs/core/providers/vinejs_provider'),
    () => import('@adonisjs/lucid/database_provider'),
    () => import('@adonisjs/redis/redis_provider'),
    () => import('#providers/redis_end_provider'),
    () => import('@adonisjs/lock/lock_provider'),
    () => import('#providers/connection_drain_provider'),
    () => import('#providers/storage_provider'),
    () => import('@adonisjs/mail/mail_provider'),
    () => import('#providers/audit_checkpoints_provider'),
    () => import('#providers/audit_provider'),
    () => import('#providers/audit_recording_provider'),
    () => import('#providers/audit_reading_provider'),
    () => import('#providers/audit_retention_provider'),
    () => import('#providers/audit_verification_provider'),
    () => import('#providers/configuration_provider'),
    () => import('@adonisjs/auth/auth_provider'),
    () => import('#providers/access_provider'),
    () => import('#providers/oauth_provider'),
    () => import('#providers/sign_in_provider'),
    () => import('#providers/orange_provider'),
    () => import('#providers/sms_provider'),
    () => import('#providers/monitoring_provider'),
    () => import('#providers/sandbox_provider'),
  ],

  preloads: [() => import('#start/routes'), () => import('#start/kernel')],

  tests: {
    suites: [
      { name: 'unit', files: ['tests/unit/**/*.spec.{ts,js}'], timeout: 5_000 },
      { name: 'functional', files: ['tests/functional/**/*.spec.{ts,js}'], timeout: 30_000 },
      { name: 'system', files: ['tests/system/**/*.spec.{ts,js}'], timeout: 180_000 },
    ],
    forceExit: false,
  },

  metaFiles: [
    { pattern: 'pinned_node.js', reloadServer: true },
    { pattern: '.env.example', reloadServer: false },
  ],

  hooks: {
    init: [
      indexEntities({
        controllers: {
          source: 'app',
          importAlias: '#app',
          glob: ['**/controllers/**/*_controller.ts'],
          skipSegments: ['controllers'],
        },
        events: { enabled: false },
        listeners: { enabled: false },
      }),
    ],
  },
})
