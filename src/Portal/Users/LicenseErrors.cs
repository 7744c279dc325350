namespace Berth.Portal.Users;

/// <summary>Why a license does not come to a user as it should, by Graph's codes.</summary>
public static class LicenseErrors
{
    /// <summary>Every code with its words.</summary>
    public static IReadOnlyList<(string Code, string Words)> All { get; } =
    [
        ("CountViolation", "no seat is left"),
        ("MutuallyExclusiveViolation", "it has a service plan that does not go together with one the user has"),
        ("DependencyViolation", "a service plan that it needs is missing"),
        ("ProhibitedInUsageLocationViolation", "it is not offered in the user's usage location, or they have none"),
        ("UniquenessViolation", "an address of the user belongs to somebody else"),
        ("Other", "another reason"),
    ];

    /// <summary>Users with any license in error, as Graph filters them.</summary>
    public const string AnyFilter = "licenseAssignmentStates/any(s:s/state eq 'Error' or s/state eq 'ActiveWithError')";

    /// <summary>A code in words.</summary>
    public static string WordsOf(string code) => All.FirstOrDefault(one => one.Code == code).Words ?? code;

    /// <summary>Users with a license that is in error for this reason.</summary>
    public static string Filter(string code) => $"licenseAssignmentStates/any(s:s/error eq '{code}' and (s/state eq 'Error' or s/state eq 'ActiveWithError'))";
}
