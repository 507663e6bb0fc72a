/** What operators decide about sending. */
export class SmsSettings {
  constructor(
    readonly enabled: boolean,

    /** In E.164, at least one. The one of the recipient's country is used, else the first. */
    readonly senders: readonly string[]
  ) {}
}
