using System.Globalization;
using CsCheck;

namespace Berth.Engine.Tests.Comparison;

/// <summary>Random values of properties of users, those that <see cref="RandomRule"/> asks for.</summary>
public static class RandomFacts
{
    /// <summary>Some properties, each once.</summary>
    public static Gen<Fact[]> Some { get; } = One().Array[0, 4].Select(facts => facts.DistinctBy(fact => fact.Name).ToArray());

    /// <summary>At least one property.</summary>
    public static Gen<Fact[]> Changes { get; } = One().Array[1, 2].Select(facts => facts.DistinctBy(fact => fact.Name).ToArray());

    /// <summary>A hire date in the hours of a script.</summary>
    public static Gen<Fact[]> Hired { get; } = Gen.Int[1, 300].Select(minute => (Fact[])[HiredAt(minute)]);

    private static Gen<Fact> One() => Gen.Frequency(
        (6, Of("department", "Sales", "Sales", "Legal", "Oslo", null)),
        (3, Of("city", "Oslo", "Sales", "O'Brien", "say \"x\"", null)),
        (2, Of("accountEnabled", "true", "false")),
        (1, Of("userType", "Guest", "Member", null)),
        (2, Of("extensionAttribute1", "5", "true", "-1.5", "2026-01-01", "s", null)),
        (1, Of("businessPhones", "555-1", "555-2\n555-1", null)),
        (1, Of("officeLocation", "Oslo", "Legal", null)),
        (1, Of("mobilePhone", "555-1", null)),
        (1, Of("faxNumber", "555-1", null)),
        (1, Of("jobTitle", "Sales", "`", null)),
        (1, Of("mailNickname", "ada", null)),
        (2, Of("otherMails", "ada@b.example", "ada@b.example\nSales", "Legal", null)),
        (1, Of("proxyAddresses", "s", "Legal\nOslo", null)),
        (9, Gen.Select(Gen.Int[-12, 80], Gen.Bool).Select((minute, none) => none && minute % 4 == 0 ? new Fact("employeeHireDate", null) : HiredAt(minute))));

    private static Fact HiredAt(int minute) =>
        new("employeeHireDate", Desk.Opening.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static Gen<Fact> Of(string name, params string?[] values) => Gen.Int[0, values.Length - 1].Select(at => new Fact(name, values[at]));
}
