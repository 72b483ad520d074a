interface RefusalRow {
  /** The HTTP status that carries it. */
  status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503
  /** The sentence a person reads. It never tells what the reader may not know. */
  says: string
}

/** Every reason for which Gatehouse says no, once: code, status, words. */
export const refusals = {
  not_signed_in: { status: 401, says: 'Please sign in.' },
  wrong_sign_in: {
    status: 401,
    says: 'That e-mail address and password do not open an account here. After five failures, wait five minutes.',
  },
  factor_owed: { status: 401, says: 'Please show your second factor to go on.' },
  factor_to_set_up: { status: 403, says: 'You have to set up a second factor to go on.' },
  factor_wrong: { status: 422, says: 'That did not prove who you are. Codes work once, and only for a minute.' },
  factor_needed: { status: 409, says: 'You have to keep a second factor. Add another one before you remove this.' },
  step_up_required: { status: 403, says: 'Please show once more that it is you.' },
  renewal_needed: { status: 401, says: 'Your rights have changed. The page asks for them anew.' },
  password_due: { status: 403, says: 'You have to choose a new password to go on.' },
  password_wrong: { status: 422, says: 'The present password is not right.' },
  password_unfit: { status: 422, says: 'That password cannot be used.' },
  network_refused: {
    status: 403,
    says: 'Gatehouse may not be used from the network you are in now. Your administrator knows from which it may.',
  },
  would_lock_out: {
    status: 409,
    says: 'You are outside the networks of this list: it would sign you out. Add where you are, or say that you know.',
  },
  too_many_tries: { status: 429, says: 'Too many tries. Wait a little and try again.' },
  too_many_open: {
    status: 429,
    says: 'You have too many pages open here. Close one of them and try again.',
  },
  foreign_origin: { status: 403, says: 'This request did not come from a Gatehouse page.' },
  not_found: { status: 404, says: 'There is nothing here that you may see.' },
  not_granted: { status: 403, says: 'None of your groups allows this.' },
  view_only: {
    status: 403,
    says: 'You look at Gatehouse as somebody else: nothing can be changed or opened that way. Stop looking first.',
  },
  view_over: { status: 409, says: 'You no longer look at Gatehouse as this person. The page has to be loaded anew.' },
  policy_never: { status: 403, says: "The customer's policy does not allow this." },
  policy_closed: { status: 403, says: "The customer's policy does not allow this at the present time." },
  approval_needed: { status: 403, says: "The customer's policy wants to be asked first." },
  purpose_needed: {
    status: 403,
    says: 'This customer wants to know what somebody of the maker looks at its data for. Say it first.',
  },
  not_the_customer: { status: 403, says: 'Only the customer whose device it is can answer this.' },
  not_its_technician: {
    status: 403,
    says: 'Only the technician who asked may do this, in the browser in which it was begun.',
  },
  too_early: { status: 409, says: 'The approved time has not begun yet.' },
  own_request: { status: 403, says: 'Nobody decides about a request of their own.' },
  own_group: { status: 403, says: 'Nobody changes a group that he is in himself. Ask another administrator.' },
  own_account: { status: 403, says: 'Nobody does this to his own account. Ask another administrator.' },
  beyond_own: { status: 403, says: 'Nobody hands out more than he is granted himself.' },
  another_needed: { status: 409, says: 'You have approved this already. Somebody else has to approve it as well.' },
  too_few_approvers: {
    status: 409,
    says: 'The policy wants more people to approve this than this customer has for it. Ask the customer to name another approver.',
  },
  last_administrator: {
    status: 409,
    says: 'The customer would have nobody left who looks after its people. Somebody else has to be able to first.',
  },
  another_must_confirm: {
    status: 409,
    says: 'You have asked for this yourself. Another administrator has to confirm it.',
  },
  not_independent: {
    status: 409,
    says: 'Whoever confirms must have been an administrator for a day before it was asked, must not have invited whoever asks, nor been invited by them, directly or through others; and within 90 days nobody may have invited both.',
  },
  not_of_company: {
    status: 403,
    says: 'Only administrators of the company this person belongs to can do this.',
  },
  already_decided: { status: 409, says: 'Somebody has already answered this.' },
  changed_meanwhile: { status: 409, says: 'This has changed since you opened it. Look again.' },
  wrong_state: { status: 409, says: 'That is no longer possible in its present state.' },
  approval_used: { status: 409, says: 'This approval has already opened a session.' },
  device_busy: { status: 409, says: 'Another remote session is working on this device.' },
  device_offline: { status: 409, says: 'The device is not connected at the moment.' },
  device_revoked: { status: 409, says: 'The identity of this device has been revoked.' },
  device_removed: { status: 409, says: 'This device has been removed. Only its history is kept.' },
  recording_damaged: {
    status: 409,
    says: 'A part of this recording is missing or was changed. It is not played back.',
  },
  too_many_exports: {
    status: 409,
    says: 'You have as many exports under way as there may be at a time. Wait for one to be ready, or cancel one.',
  },
  exports_full: {
    status: 409,
    says: 'Your exports, or those of your company, take as much room as there is for them. Remove one that nobody needs any more; each goes by itself after seven days.',
  },
  check_running: { status: 409, says: 'This log is being checked at this moment. Wait for what comes of it.' },
  checked_lately: {
    status: 409,
    says: 'Somebody had this log checked within the last ten minutes. What came of it is on this page; ask again later.',
  },
  log_behind: {
    status: 503,
    says: "The audit log is more than a minute behind, so nothing new is begun until it has caught up. Ending, withdrawing, disabling and reading work as always. The maker's administrators have been told.",
  },
  disk_nearly_full: {
    status: 503,
    says: "The server's disk is nearly full, so nothing new is begun until there is room again. Ending, withdrawing, disabling and reading work as always. The maker's administrators have been told.",
  },
  already_exists: { status: 409, says: 'That already exists.' },
  invalid_input: { status: 422, says: 'Some of what was entered cannot be used.' },
  code_unusable: { status: 403, says: 'This code is wrong, used or expired.' },
  link_unusable: { status: 403, says: 'This link is wrong, used or expired. Ask for a new one.' },
  report_unknown: { status: 404, says: 'No report has this number and this key.' },
  ticket_unusable: { status: 403, says: 'This ticket is wrong, used or expired.' },
  agent_unknown: { status: 401, says: 'This device is not known here.' },
  malformed: { status: 400, says: 'This message could not be read.' },
  too_large: { status: 413, says: 'That is larger than is accepted here.' },
  unavailable: { status: 503, says: 'Gatehouse cannot reach its database. Please try again in a moment.' },
  internal: { status: 500, says: 'Something went wrong on our side. It has been noted.' },
} as const satisfies Record<string, RefusalRow>

/** The code of a refusal, snake case. */
export type Refusal = keyof typeof refusals

/** What every refused answer of the API carries. */
export interface RefusalBody {
  error: {
    code: Refusal
    says: string
    /** Sentences per field, where a form was sent. */
    fields?: Record<string, string>
    /** The state that won, where a race was lost. */
    state?: string
    /** Since when it is so, ms since the epoch, where that says something. */
    since?: number
    /** Names this one occurrence in the log. */
    correlationId?: string
  }
}
