using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>What a job asks for one user: one switch of licenses, or nothing to send.</summary>
internal abstract record BulkStep
{
    /// <summary>To be sent, as one assignLicense: what comes and what goes together.</summary>
    /// <param name="Licenses">The switch.</param>
    /// <param name="Note">What to say after the job's words, beginning with a separator; or empty.</param>
    public sealed record Switch(WireChange Licenses, string Note) : BulkStep;

    /// <summary>Nothing is sent.</summary>
    /// <param name="Outcome">What there is to say.</param>
    public sealed record Settled(RowOutcome Outcome) : BulkStep;
}

/// <summary>What is to be done for every user of a list.</summary>
/// <param name="UsageLocation">The country to give a user who gets a license and has none, or null.</param>
/// <param name="Words">The change in words; a row of the result that was done begins with the same.</param>
internal abstract record BulkJob(string? UsageLocation, string Words)
{
    /// <summary>What the result file calls a row that was done.</summary>
    public abstract string Done { get; }

    /// <summary>Whether a user can lose a license and get none in its place: then many who do are a reason to ask (B594).</summary>
    public abstract bool TakesAway { get; }

    /// <summary>What is left to do for one user. The same state asks for the same, so a run that was cut off is finished by the next.</summary>
    public abstract BulkStep For(WireUser user);

    /// <summary>What outcomes of this job are called.</summary>
    public OutcomeWords OutcomeWords(bool isDryRun) => new(Done, isDryRun);

    /// <summary>Whether the user must get a country first.</summary>
    public bool NeedsLocation(WireUser user, WireChange change) => UsageLocation is not null && user.UsageLocation is null && change.AddLicenses.Count > 0;

    /// <summary>What to say of a user for whom it was done.</summary>
    public string DoneWords(WireUser user, BulkStep.Switch step) =>
        Words + step.Note + (NeedsLocation(user, step.Licenses) ? $"; usage location set to {UsageLocation}" : "");

    /// <summary>The request that makes a change.</summary>
    public static GraphCall Call(WireUser user, WireChange change) =>
        GraphCall.Write(HttpMethod.Post, $"{UserCommands.PathOf($"{user.Id}")}/assignLicense", change, WireJson.Default.WireChange);

    /// <summary>A user's sources of licenses.</summary>
    protected static IReadOnlyList<WireAssignment> StatesOf(WireUser user) => user.LicenseAssignmentStates ?? [];

    /// <summary>A user's direct license of a SKU, or null.</summary>
    protected static WireAssignment? Direct(WireUser user, Guid sku) => StatesOf(user).FirstOrDefault(held => held.SkuId == sku && held.AssignedByGroup is null);

    /// <summary>The groups that give a user a SKU now.</summary>
    protected static Guid[] GivenBy(WireUser user, Guid sku) =>
        [.. StatesOf(user).Where(held => held.SkuId == sku && held.IsApplied).Select(held => held.AssignedByGroup).OfType<Guid>()];

    /// <summary>The licenses of a list that a user does not have directly with the same plans off.</summary>
    protected static WireLicense[] Lacking(WireUser user, IEnumerable<WireLicense> wanted) =>
        [.. wanted.Where(one => Direct(user, one.SkuId) is not { } held || !(held.DisabledPlans ?? []).ToHashSet().SetEquals(one.DisabledPlans ?? []))];

    /// <summary>Nothing to do: a sentence about the user.</summary>
    protected static BulkStep.Settled Nothing(RowFate fate, string sentence) => new(new RowOutcome(fate, "", sentence));

    /// <summary>A license that only groups give: no call on the user takes it away (E6, B593).</summary>
    protected static BulkStep.Settled OnlyInherited(WireUser user, NamedSku sku, Guid[] groups) => new(RowOutcome.Failure(
        "inheritedFromGroup",
        $"{user.UserPrincipalName} has {sku.PartNumber} from {(groups.Length == 1 ? "group" : "groups")} {string.Join(", ", groups)} only, and what a group gives cannot be taken from the user (E6). Nothing was changed for this user."));

    /// <summary>What to say of SKUs that stay, because a group gives them as well.</summary>
    protected static string StaysInherited(WireUser user, SkuBook book, IEnumerable<Guid> removed)
    {
        string[] stay = [.. removed.Where(sku => GivenBy(user, sku).Length > 0).Select(sku => book.Of(sku).PartNumber)];
        return stay.Length == 0 ? "" : $"; a group still gives {string.Join(", ", stay)}";
    }
}
