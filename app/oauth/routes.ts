import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

router
  .get('/api/oauth/health', [controllers.oauth.OauthHealth, 'show'])
  .as('oauth.health')
  .use(middleware.access({ can: 'oauth:read', canWhen: { query: 'probe', can: 'oauth:manage' } }))

router
  .post('/api/oauth/refresh', [controllers.oauth.OauthHealth, 'refresh'])
  .as('oauth.refresh')
  .use(middleware.access({ can: 'oauth:manage' }))

router
  .delete('/api/oauth/token', [controllers.oauth.OauthHealth, 'clear'])
  .as('oauth.token.clear')
  .use(middleware.access({ can: 'oauth:manage' }))

router
  .get('/api/oauth/tokens', [controllers.oauth.Tokens, 'index'])
  .as('oauth.tokens')
  .use(middleware.access({ can: 'oauth:read' }))

router
  .post('/api/token', [controllers.oauth.Tokens, 'disclose'])
  .as('oauth.token.disclose')
  .use(middleware.access({ can: 'token:read' }))

router
  .post('/api/oauth/:provider/token', [controllers.oauth.Exchange, 'store'])
  .as('oauth.exchange')
  .use(middleware.access({ can: 'oauth:exchange' }))

router
  .get('/oauth/:provider/authorize', [controllers.oauth.SignIn, 'authorize'])
  .as('oauth.sign_in')
  .use(middleware.access({ can: 'oauth:manage' }))

router
  .get('/oauth/:provider/callback', [controllers.oauth.SignIn, 'callback'])
  .as('oauth.sign_in.callback')
  .use(middleware.open())

router
  .delete('/api/oauth/:provider/sign-in', [controllers.oauth.SignIn, 'signOut'])
  .as('oauth.sign_out')
  .use(middleware.access({ can: 'oauth:manage' }))
