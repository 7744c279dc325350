using System.Numerics;
using System.Runtime.Intrinsics;

namespace Berth.Engine.Catalog;

/// <summary>
/// A set of rule-relevant service plans, one bit each: only plans that some exclusive set, dependency or region rule
/// names have a bit, so that any catalog fits (<see cref="PlanRules.MostPlans"/>).
/// </summary>
/// <param name="Bits">The 256 bits.</param>
internal readonly record struct PlanBits(Vector256<ulong> Bits)
{
    public static PlanBits None => default;

    public bool IsEmpty => Bits == Vector256<ulong>.Zero;

    public static PlanBits Of(int bit) => new(Vector256<ulong>.Zero.WithElement(bit >> 6, 1UL << (bit & 63)));

    public bool Has(int bit) => (Bits.GetElement(bit >> 6) >> (bit & 63) & 1) != 0;

    public bool Overlaps(PlanBits other) => (Bits & other.Bits) != Vector256<ulong>.Zero;

    public static PlanBits operator |(PlanBits left, PlanBits right) => new(left.Bits | right.Bits);

    public static PlanBits operator &(PlanBits left, PlanBits right) => new(left.Bits & right.Bits);

    public PlanBits Without(PlanBits other) => new(Vector256.AndNot(Bits, other.Bits));

    /// <summary>The lowest bit at or above <paramref name="from"/>, or -1.</summary>
    public int Next(int from)
    {
        for (int word = from >> 6; word < 4; word++)
        {
            ulong rest = Bits.GetElement(word);
            if (word == from >> 6)
            {
                rest &= ulong.MaxValue << (from & 63);
            }

            if (rest != 0)
            {
                return (word << 6) + BitOperations.TrailingZeroCount(rest);
            }
        }

        return -1;
    }
}
