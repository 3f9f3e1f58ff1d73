// Sockets over loopback.

import Libraries
import Testing

@Test func aRouterAnswersADealerInFrames() throws {
    let context = MessageContext()
    let router = try MessageSocket(.router, in: context)
    try router.bind("tcp://127.0.0.1:*")
    let dealer = try MessageSocket(.dealer, in: context)
    dealer.setIdentity([7])
    try dealer.connect(router.address)
    try dealer.send([[1, 2], [], [3]])
    #expect(try router.receive(within: 5000) == [[7], [1, 2], [], [3]])
    try router.send([[7], [9]])
    #expect(try dealer.receive(within: 5000) == [[9]])
    #expect(try dealer.receive() == nil)
}

@Test func anAddressInUseIsNamed() throws {
    let context = MessageContext()
    let first = try MessageSocket(.reply, in: context)
    try first.bind("tcp://127.0.0.1:*")
    let second = try MessageSocket(.reply, in: context)
    #expect {
        try second.bind(first.address)
    } throws: { error in
        guard let error = error as? MessageSocketError else { return false }
        return error.isAddressInUse
            && "\(error)" == "cannot bind \(first.address): the port is in use by another process"
    }
}
