import type { IssuedToken } from '#oauth/contracts'
import type { NewRefreshToken } from '#oauth/sign_in/contracts'

/** The refresh token that came with an access token, with its end; undefined when none came. */
export function newRefreshToken(issued: IssuedToken): NewRefreshToken | undefined {
  const { refreshToken, refreshTokenExpiresIn: life, requestedAt } = issued
  if (!refreshToken) return undefined
  return { refreshToken, ...(life === undefined ? {} : { expiresAt: requestedAt + life * 1000 }) }
}
