using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.Findings;

/// <summary>A page of findings, with how many there are of each kind over all pages.</summary>
public sealed record FindingPage(
    IReadOnlyList<Finding> Value,
    IReadOnlyList<FindingCount> Counts,
    IReadOnlyList<string> Withheld,
    [property: JsonPropertyName("@odata.nextLink")] string? NextLink);

/// <summary>How many there are of a kind, and the seats they hold.</summary>
public sealed record FindingCount(string Kind, int Findings, int Seats);

/// <summary>Something that costs without a use or is missing, and what would mend it (docs/how-to/find-waste.md).</summary>
public sealed record Finding(
    string Kind, string Message, int Seats, IReadOnlyList<PlanChange> Changes, int SeatsFreed, int UsersGaining, int UsersLosing, int CloudPcsLosingData, string? Unmended)
{
    /// <summary>Every kind with its words, in the order in which they are told.</summary>
    public static IReadOnlyList<(string Kind, string Words)> Kinds { get; } =
    [
        ("redundantDirectLicense", "Direct licenses that groups give as well"),
        ("disabledUserLicense", "Disabled accounts that hold seats"),
        ("unusedCloudPc", "Cloud PCs that nobody uses"),
        ("seatHeldByGrace", "Grace periods that keep others waiting"),
        ("missingEntraP1", "Units with Entra ID P1 that are missing"),
        ("missingCompanions", "Cloud PCs without what has to come with them"),
        ("nestedGroup", "Groups inside licensed groups"),
        ("planSwitchedOn", "Service plans that a license gained"),
        ("selfServiceSubscription", "Licenses that people bought for themselves"),
    ];

    /// <summary>A kind in words.</summary>
    public static string WordsOf(string kind) => Kinds.FirstOrDefault(one => one.Kind == kind).Words ?? kind;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FindingPage))]
internal sealed partial class FindingJson : JsonSerializerContext;
