// What a name may be made of: Unicode's identifiers (UAX #31) and the underscore.

extension Unicode.Scalar {
    public var isNameStart: Bool { isASCII ? isASCIILetter : properties.isXIDStart }
    public var isNamePart: Bool { isASCII ? isASCIILetter || "0"..."9" ~= self : properties.isXIDContinue }

    private var isASCIILetter: Bool { "a"..."z" ~= self || "A"..."Z" ~= self || self == "_" }
}
