/** An export is not made, and whoever asked is told why: the message is a sentence for him. */
export class Stopped extends Error {}

/** An export is not gone on with, and nothing more is to be said: it was cancelled, or the server closes. */
export class LeftOff extends Error {}
