// What a front end says on standard error before or after it runs anything.

import Language
import Libraries

/// Says why something was not done. Paths and arguments in it may be addresses, whose passwords would go into logs.
public func complain(_ reason: String) { StandardStream.complain(withoutSecrets(reason)) }
