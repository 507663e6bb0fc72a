import { GatewayError } from '#shared/gateway_error'

/** The trail cannot be read, so there is nothing to export, or no more of it. */
export class ExportUnavailable extends GatewayError {
  constructor() {
    super('The audit trail cannot be read at the moment.', {
      code: 'export_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
  }
}

/** Events were purged between two pages: what was exported would have a gap. */
export class ExportOvertaken extends GatewayError {
  constructor() {
    super('Events were purged while they were being exported. Export again.', {
      code: 'export_overtaken',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
  }
}

/** The export was ended from here before it was whole. */
export class ExportStopped extends GatewayError {
  constructor() {
    super('The export was stopped before its end.', {
      code: 'export_stopped',
      status: 503,
      retryable: true,
    })
  }
}

export class ExportFileExists extends GatewayError {
  constructor() {
    super(
      'There is a file of this name already. Choose another name, or replace it with --force.',
      {
        code: 'file_exists',
        status: 409,
        retryable: false,
      }
    )
  }
}

export class ExportFileUnwritable extends GatewayError {
  /** The operating system's code, e.g. `ENOSPC`. */
  readonly reason: string

  constructor(reason: string) {
    super('The file cannot be written. Is there such a folder, with room in it?', {
      code: 'file_unwritable',
      status: 503,
      retryable: false,
    })
    this.reason = reason
  }
}
