using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Portal.Graph;
using Berth.Portal.Parts;

namespace Berth.Portal.Bulk;

/// <summary>The plan of a list (B652): of as many lines as a plan takes, without those that Graph would refuse.</summary>
/// <param name="Plan">What the server says of it; null when nothing is left to do.</param>
/// <param name="Rows">The lines that are in it.</param>
/// <param name="Later">How many lines have no place in it: they are planned when this one was applied.</param>
internal sealed partial record ListPlan(PlanAnswer? Plan, IReadOnlyList<ListedRow> Rows, int Later)
{
    /// <summary>The changes that a plan takes (B509).</summary>
    public const int MostChanges = 20_000;

    /// <summary>How many lines may be refused one after another before somebody has to look at the list.</summary>
    public const int MostRefused = 100;

    // A little less than the 16 MiB that a plan takes: a change is counted, not written.
    private const int MostBytes = 14 * 1024 * 1024;

    /// <summary>Draws it. A line that is refused says so, is left out, and the plan is drawn without it.</summary>
    /// <param name="graph">Who draws it.</param>
    /// <param name="skus">The tenant's SKUs.</param>
    /// <param name="rows">The lines of the list that are to be changed.</param>
    /// <param name="country">The usage location for those who have none.</param>
    /// <param name="told">Told how many lines are refused so far.</param>
    /// <param name="cancel">Stops.</param>
    public static async Task<ListPlan> DrawAsync(
        GraphClient graph, IReadOnlyDictionary<Guid, SubscribedSku> skus, IEnumerable<ListedRow> rows, string country, Action<int> told, CancellationToken cancel)
    {
        List<ListedRow> open = [.. rows];
        for (int refused = 0; ; refused++)
        {
            (List<PlanChange> changes, List<int> lines, int taken) = Changes(open, country);
            if (changes.Count == 0)
            {
                return new ListPlan(null, [], 0);
            }

            try
            {
                PlanAnswer plan = await graph.PostAsync("berth/v1/plan", new PlanRequest(changes), GraphJson.Default.PlanRequest, GraphJson.Default.PlanAnswer, cancel);
                foreach (ListedRow later in open.Skip(taken))
                {
                    later.Settle(RowFate.Open, "", "");
                }

                return new ListPlan(plan, open[..taken], open.Count - taken);
            }
            catch (GraphException e) when (RefusedChange(e) is { } change && change < lines.Count)
            {
                if (refused == MostRefused)
                {
                    throw new GraphException(e.Status, e.Code, e.InnerCode, string.Create(
                        CultureInfo.InvariantCulture, $"More than {MostRefused} lines are refused. Look at the first of them, mend the list, and choose it again. Line {open[lines[change]].Line.Line}: {skus.InWords(e.Message)}"), null);
                }

                Refuse(open, lines[change], e, skus);
                open.RemoveAll(static row => row.Fate == RowFate.Failed);
                told(refused + 1);
            }
        }
    }

    /// <summary>What the plan does to a line, in words.</summary>
    public IReadOnlyDictionary<Guid, string> Effects(IReadOnlyDictionary<Guid, SubscribedSku> skus)
    {
        Dictionary<Guid, List<string>> effects = [];
        foreach (PlannedLicense row in Plan?.Users ?? [])
        {
            Of(row.UserId).Add((row.Before, row.After) switch
            {
                (_, "Active") when row.Before != "Active" => $"gets {skus.PartNumber(row.SkuId)}",
                (_, "ActiveWithError") => $"gets {skus.PartNumber(row.SkuId)} with plans missing",
                (_, "Active") => $"apps of {skus.PartNumber(row.SkuId)} change",
                (_, "Error") => $"does not get {skus.PartNumber(row.SkuId)}: {row.Reason}",
                _ => $"loses {skus.PartNumber(row.SkuId)}",
            });
        }

        foreach (PlannedCloudPc one in Plan?.CloudPcs ?? [])
        {
            if (Guid.TryParse(one.UserId, out Guid user))
            {
                Of(user).Add(one.Effect switch
                {
                    "provisioned" => "a Cloud PC is made",
                    "pending" => "a Cloud PC waits for a license",
                    "notProvisioned" => "no Cloud PC can be made",
                    "enteringGrace" => $"the Cloud PC enters its grace period, until {one.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
                    "recovered" => "the Cloud PC comes back from its grace period",
                    "deprovisioned" => one.DestroysData ? "the Cloud PC is taken down with its data" : "the Cloud PC is taken down",
                    "resized" => "the Cloud PC gets another size",
                    _ => $"Cloud PC: {one.Effect}",
                });
            }
        }

        return effects.ToDictionary(static one => one.Key, static one => string.Join("; ", one.Value));

        List<string> Of(Guid user) => effects.TryGetValue(user, out List<string>? known) ? known : effects[user] = [];
    }

    // Which line each change is of, and how many lines have a place.
    private static (List<PlanChange> Changes, List<int> Lines, int Taken) Changes(List<ListedRow> rows, string country)
    {
        List<PlanChange> changes = [];
        List<int> lines = [];
        long bytes = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            (ListedPerson person, LicenseSwitch wanted) = (rows[i].Person!, rows[i].Switch!);
            LicenseHolder holder = new(person.Id.ToString(), person.UserPrincipalName, IsGroup: false, [], LacksLocation: string.IsNullOrEmpty(person.UsageLocation));
            bool needsCountry = wanted.Add.Count > 0 && holder.LacksLocation;
            bytes += 280 + wanted.Add.Sum(static one => 90 + (40 * one.DisabledPlans.Count)) + (40 * wanted.Remove.Count);
            if (changes.Count + (needsCountry ? 2 : 1) > MostChanges || bytes > MostBytes)
            {
                return (changes, lines, i);
            }

            if (needsCountry)
            {
                changes.Add(holder.Locate(country));
                lines.Add(i);
            }

            changes.Add(holder.Change(wanted.Add, wanted.Remove));
            lines.Add(i);
        }

        return (changes, lines, rows.Count);
    }

    private static int? RefusedChange(GraphException e) =>
        e.Details.Select(static detail => Change().Match(detail.Target ?? "")).FirstOrDefault(static match => match.Success) is { } found
            ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private static void Refuse(List<ListedRow> open, int index, GraphException e, IReadOnlyDictionary<Guid, SubscribedSku> skus)
    {
        ListedRow row = open[index];
        Guid[] needed = Needed(row);
        row.Fail(e.InnerCode ?? e.Code, skus.InWords(e.Message));
        if (e.InnerCode != "seatsExhausted" || needed is not [var sku])
        {
            return;
        }

        // Whoever comes after needs a seat as well and would be refused one by one.
        foreach (ListedRow later in open.Skip(index + 1).Where(later => Needed(later).Contains(sku)))
        {
            later.Fail(e.InnerCode, $"No seat of {skus.PartNumber(sku)} is left when line {row.Line.Line} is reached, and this line comes after it.");
        }
    }

    private static Guid[] Needed(ListedRow row) => [.. (row.Switch?.Add ?? []).Select(static one => one.SkuId).Where(sku => !row.Person!.Holds(sku))];

    [GeneratedRegex(@"\Achanges\[([0-9]{1,6})\]", RegexOptions.None, 1000)]
    private static partial Regex Change();
}
