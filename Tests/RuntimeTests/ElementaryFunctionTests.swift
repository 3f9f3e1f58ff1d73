// exp and log against those of the system, which are right to the last place or next to it.

import Foundation
import Runtime
import Testing

struct ElementaryFunctionTests {
    @Test func exponentialsAreTheSystems() {
        for number in stride(from: -740.0, through: 709, by: 0.37) {
            let (ours, exact) = (exponential(number), exp(number))
            #expect(abs(ours - exact) <= 2e-15 * exact + .leastNonzeroMagnitude, "\(number)")
        }
        #expect(exponential(0) == 1)
        #expect(exponential(-.infinity) == 0 && exponential(-800) == 0)
        #expect(exponential(.infinity) == .infinity && exponential(711) == .infinity)
        #expect(exponential(.nan).isNaN)
    }

    @Test func logarithmsAreTheSystems() {
        for power in stride(from: -307.0, through: 308, by: 0.61) {
            let number = pow(10, power)
            #expect(abs(logarithm(number) - log(number)) <= 2e-15 * max(1, abs(log(number))), "\(number)")
        }
        for number in stride(from: 0.5, through: 2, by: 0.001) {
            #expect(abs(logarithm(number) - log(number)) <= 1e-15)
        }
        #expect(logarithm(1) == 0)
        #expect(logarithm(0) == -.infinity && logarithm(.infinity) == .infinity)
        #expect(logarithm(-1).isNaN && logarithm(.nan).isNaN)
    }

    @Test func sineAndCosineAreTheSystems() {
        for degrees in stride(from: -360.0, through: 360, by: 0.37) {
            let (sine, cosine) = sineAndCosine(degrees: degrees)
            #expect(abs(sine - sin(degrees * .pi / 180)) < 1.5e-15 && abs(cosine - cos(degrees * .pi / 180)) < 1.5e-15)
        }
        let quarters = [(0.0, 0.0, 1.0), (90, 1, 0), (180, 0, -1), (270, -1, 0), (-90, -1, 0), (360, 0, 1)]
        for (degrees, sine, cosine) in quarters {
            let found = sineAndCosine(degrees: degrees)
            #expect(found.sine == sine && found.cosine == cosine)
        }
    }
}
