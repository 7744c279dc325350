using Berth.Portal.Graph;
using Berth.Portal.Users;

namespace Berth.Portal.Bulk;

/// <summary>What is done with the licenses of everybody on a list: the four commands of <c>berth bulk</c> (B590 to B593).</summary>
public enum BulkVerb
{
    /// <summary>Licenses are given beside those that are there.</summary>
    Assign,

    /// <summary>Direct licenses go.</summary>
    Remove,

    /// <summary>Direct licenses become exactly these.</summary>
    Replace,

    /// <summary>Who has one gets another in its place.</summary>
    Swap,
}

/// <summary>What comes and what goes for one user, in one change.</summary>
/// <param name="Add">What comes.</param>
/// <param name="Remove">What goes.</param>
/// <param name="Words">The same in words.</param>
public sealed record LicenseSwitch(IReadOnlyList<AddedLicense> Add, IReadOnlyList<Guid> Remove, string Words);

/// <summary>What is done for one user of a list, given the SKUs that are meant there.</summary>
/// <param name="Verb">What is done.</param>
/// <param name="Skus">The tenant's SKUs.</param>
internal sealed record BulkJob(BulkVerb Verb, IReadOnlyDictionary<Guid, SubscribedSku> Skus)
{
    /// <summary>Of <see cref="BulkVerb.Swap"/>: what goes.</summary>
    public Guid Old { get; init; }

    /// <summary>The apps that are off, by SKU; a SKU that is not in it has none off, and of a swap those that were.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<Guid>> Off { get; init; } = new Dictionary<Guid, IReadOnlyList<Guid>>();

    /// <summary>Decides a line whose user is known (B651).</summary>
    /// <param name="row">The line; says afterwards what is to become of it.</param>
    /// <param name="wanted">The SKUs that are meant: what comes, or of a removal what goes.</param>
    /// <param name="country">The usage location for those who have none; empty when nothing is said.</param>
    public void Decide(ListedRow row, IReadOnlyList<Guid> wanted, string country)
    {
        ListedPerson person = row.Person!;
        switch (Verb)
        {
            case BulkVerb.Assign:
                Assign(row, person, wanted);
                break;
            case BulkVerb.Remove:
                Remove(row, person, wanted);
                break;
            case BulkVerb.Replace:
                Replace(row, person, wanted);
                break;
            default:
                Swap(row, person, wanted[0]);
                break;
        }

        if (row.Switch is { Add.Count: > 0 } && string.IsNullOrEmpty(person.UsageLocation))
        {
            if (country.Length == 0)
            {
                row.Fail("usageLocationMissing", $"{person.UserPrincipalName} has no usage location, and without one nobody is given a license.");
            }
            else
            {
                row.Message += $"; usage location set to {country}";
            }
        }
    }

    private void Assign(ListedRow row, ListedPerson person, IReadOnlyList<Guid> wanted)
    {
        AddedLicense[] add = [.. wanted.Select(With).Where(one => !Has(person, one))];
        if (add.Length == 0)
        {
            row.Settle(RowFate.Already, "", $"{person.UserPrincipalName} has it already.");
            return;
        }

        Set(row, add, [], $"added {Names(add)}");
    }

    private void Remove(ListedRow row, ListedPerson person, IReadOnlyList<Guid> wanted)
    {
        Guid[] remove = [.. wanted.Where(sku => person.Direct(sku) is not null)];
        foreach (Guid sku in wanted.Except(remove))
        {
            if (person.GivenBy(sku).Length > 0)
            {
                Inherited(row, person, sku);
                return;
            }
        }

        if (remove.Length == 0)
        {
            row.Settle(RowFate.Already, "", $"{person.UserPrincipalName} has none of it.");
            return;
        }

        Set(row, [], remove, $"removed {Names(remove)}{Stays(person, remove)}");
    }

    private void Replace(ListedRow row, ListedPerson person, IReadOnlyList<Guid> wanted)
    {
        AddedLicense[] all = [.. wanted.Select(With)], add = [.. all.Where(one => !Has(person, one))];
        Guid[] remove = [.. person.DirectSkus.Except(wanted)];
        if (add.Length + remove.Length == 0)
        {
            row.Settle(RowFate.Already, "", $"{person.UserPrincipalName} has just these directly.");
            return;
        }

        Set(row, add, remove, $"direct licenses are {Names(all)}{(remove.Length == 0 ? "" : $"; gone: {Names(remove)}")}{Stays(person, remove)}");
    }

    private void Swap(ListedRow row, ListedPerson person, Guid young)
    {
        if (person.Direct(Old) is not { } old)
        {
            if (person.GivenBy(Old).Length > 0)
            {
                Inherited(row, person, Old);
                return;
            }

            row.Settle(RowFate.LeftAlone, "", $"{person.UserPrincipalName} does not have {Skus.PartNumber(Old)}, and is left alone.");
            return;
        }

        if (young == Old)
        {
            row.Fail("skuInBothLists", $"{Skus.PartNumber(Old)} cannot be swapped for itself.");
            return;
        }

        string words = $"swapped {Skus.PartNumber(Old)} for {Skus.PartNumber(young)}", stays = Stays(person, [Old]);
        bool isNamed = Off.TryGetValue(young, out IReadOnlyList<Guid>? named);
        if (person.Direct(young) is { } held && (!isNamed || named!.ToHashSet().SetEquals(held.DisabledPlans)))
        {
            // Who has the new one directly already keeps it as it is (B592).
            Set(row, [], [Old], $"{words}; {Skus.PartNumber(young)} was there already{stays}");
            return;
        }

        IReadOnlyList<Guid> off = isNamed ? named! : Kept(old.DisabledPlans, young);
        Set(row, [new AddedLicense(young, off)], [Old], words + (!isNamed && off.Count > 0 ? $"; off as before: {string.Join(", ", off.Select(Skus.PlanName))}" : "") + stays);
    }

    // A plan that was off stays off where the new SKU has it, by its id or under its name.
    private Guid[] Kept(IReadOnlyList<Guid> off, Guid young)
    {
        HashSet<string> names = new(off.Select(Skus.PlanName), StringComparer.OrdinalIgnoreCase);
        return Skus.TryGetValue(young, out SubscribedSku? sku)
            ? [.. sku.ServicePlans.Where(plan => plan.IsOfUser && (off.Contains(plan.ServicePlanId) || names.Contains(plan.ServicePlanName))).Select(plan => plan.ServicePlanId)]
            : [];
    }

    private AddedLicense With(Guid sku) => new(sku, Off.TryGetValue(sku, out IReadOnlyList<Guid>? off) ? off : []);

    private static bool Has(ListedPerson person, AddedLicense wanted) =>
        person.Direct(wanted.SkuId) is { } held && held.DisabledPlans.ToHashSet().SetEquals(wanted.DisabledPlans);

    private static void Set(ListedRow row, IReadOnlyList<AddedLicense> add, IReadOnlyList<Guid> remove, string words)
    {
        row.Switch = new LicenseSwitch(add, remove, words);
        row.Settle(RowFate.Change, "", words);
    }

    // No call on the user takes away what a group gives (E6, B593).
    private void Inherited(ListedRow row, ListedPerson person, Guid sku)
    {
        Guid[] groups = person.GivenBy(sku);
        row.Fail(
            "inheritedFromGroup",
            $"{person.UserPrincipalName} has {Skus.PartNumber(sku)} from {(groups.Length == 1 ? "group" : "groups")} {string.Join(", ", groups)} only, and what a group gives cannot be taken from the user.");
    }

    private string Stays(ListedPerson person, IEnumerable<Guid> removed)
    {
        Guid[] stay = [.. removed.Where(sku => person.GivenBy(sku).Length > 0)];
        return stay.Length == 0 ? "" : $"; a group still gives {Names(stay)}";
    }

    private string Names(IEnumerable<Guid> skus) => string.Join(", ", skus.Select(Skus.PartNumber));

    private string Names(IEnumerable<AddedLicense> licenses) => string.Join(", ", licenses.Select(one =>
        Skus.PartNumber(one.SkuId) + (one.DisabledPlans.Count == 0 ? "" : $" without {string.Join(" and ", one.DisabledPlans.Select(Skus.PlanName))}")));
}
