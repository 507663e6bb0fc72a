import '@adonisjs/core/types/http'

type ParamValue = string | number | bigint | boolean

export type ScannedRoutes = {
  ALL: {
    'sms.send': { paramsTuple?: []; params?: {} }
    'sms.messages.show': { paramsTuple: [ParamValue]; params: {'id': ParamValue} }
    'oauth.health': { paramsTuple?: []; params?: {} }
    'oauth.refresh': { paramsTuple?: []; params?: {} }
    'oauth.token.clear': { paramsTuple?: []; params?: {} }
    'health.live': { paramsTuple?: []; params?: {} }
    'health.ready': { paramsTuple?: []; params?: {} }
  }
  POST: {
    'sms.send': { paramsTuple?: []; params?: {} }
    'oauth.refresh': { paramsTuple?: []; params?: {} }
  }
  GET: {
    'sms.messages.show': { paramsTuple: [ParamValue]; params: {'id': ParamValue} }
    'oauth.health': { paramsTuple?: []; params?: {} }
    'health.live': { paramsTuple?: []; params?: {} }
    'health.ready': { paramsTuple?: []; params?: {} }
  }
  HEAD: {
    'sms.messages.show': { paramsTuple: [ParamValue]; params: {'id': ParamValue} }
    'oauth.health': { paramsTuple?: []; params?: {} }
    'health.live': { paramsTuple?: []; params?: {} }
    'health.ready': { paramsTuple?: []; params?: {} }
  }
  DELETE: {
    'oauth.token.clear': { paramsTuple?: []; params?: {} }
  }
}
declare module '@adonisjs/core/types/http' {
  export interface RoutesList extends ScannedRoutes {}
}