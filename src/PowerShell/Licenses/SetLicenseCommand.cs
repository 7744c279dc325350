using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Licenses;
using Berth.PowerShell.Names;
using Berth.PowerShell.Plans;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>
/// Changes the licenses of everything that comes down the pipeline, in one plan (B841): rows that are refused are told, each as an error of its own, and left out; the rest is done together or not at all.
/// </summary>
public abstract class SetLicenseCommand : BerthCommand
{
    private readonly List<(string Name, string[] Add, string[] Remove)> _asked = [];
    private SkuNames _skus = null!;

    /// <summary>SKUs to add: part numbers or ids. What is held already is kept, with the plans that this call leaves off.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] AddSku { get; set; } = [];

    /// <summary>SKUs to take away: part numbers or ids. With -AddSku it is one switch: a seat changes hands, or nothing happens.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] RemoveSku { get; set; } = [];

    /// <summary>Service plans of the added SKUs that are to be off: names or ids. The list is absolute: what it does not name is on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DisabledPlan { get; set; } = [];

    /// <summary>Does it also when it takes a SKU from at least 10 of its holders and more than 30 % of them (B505).</summary>
    [Parameter]
    public SwitchParameter AllowMassRemoval { get; set; }

    /// <summary>The kind of change.</summary>
    private protected abstract string Kind { get; }

    /// <summary>The property that names the user or group.</summary>
    private protected abstract string IdName { get; }

    /// <summary>What one and many of them are called.</summary>
    private protected abstract (string One, string Many) Noun { get; }

    /// <summary>Reads the SKUs; a name among the arguments that is none of them ends the command before anything else.</summary>
    protected override void BeginProcessing()
    {
        _skus = Must(() => SkuNames.Read(Client, Cancel));
        string[] named = [.. AddSku, .. RemoveSku];
        Must(() => named.Select(_skus.Find).ToArray(), named);
        if (AddSku.Length > 0)
        {
            Must(() => Licenses(AddSku, RemoveSku), DisabledPlan);
        }
    }

    /// <summary>Draws the plan of all rows, asks, and does it.</summary>
    protected override void EndProcessing()
    {
        List<LicenseRow> rows = Rows();
        if (rows.Count > ShellLimits.Changes)
        {
            Stop(new BerthException("tooManyChanges", $"The list has {rows.Count} rows, and one plan takes {ShellLimits.Changes} (B509). Nothing was changed: split the list.", 413), null);
        }

        if (Plan(rows) is not { } plan)
        {
            return;
        }

        string who = rows.Count == 1 ? rows[0].Target.Name : $"{rows.Count} {Noun.Many}";
        string[] words = [.. _asked.Select(static one => Words(one.Add, one.Remove)).Distinct(StringComparer.OrdinalIgnoreCase).Take(2)];
        string what = words.Length == 1 ? words[0] : "change licenses as the rows say";
        foreach (string warning in plan.Warnings)
        {
            WriteWarning(warning);
        }

        if (!Agreed($"{what} for {who}: {plan}", $"For {who}: {what}. {plan} Go on?", plan.TakesAway))
        {
            if (IsWhatIf)
            {
                Tell(rows, plan, false);
            }

            return;
        }

        Show("Applying", who, 0, 1);
        BerthOperationResult done = plan.Changes
            ? Must(() => PlanDoor.Apply(Client, plan.PlanId, AllowMassRemoval, plan, Cancel), plan)
            : new BerthOperationResult("", plan.Version, true, plan with { Licenses = [] }, []);
        Show("Applying", who, 1, 1);
        Tell(rows, done.Plan!, true);
    }

    /// <summary>Takes a row.</summary>
    private protected void Take(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            _asked.Add((name, AddSku, RemoveSku));
        }
    }

    /// <summary>Whom names mean, in their order; a refusal in place of one that means nobody.</summary>
    private protected abstract IEnumerable<(Target? Target, BerthException? Refused)> Find(IReadOnlyList<string> names);

    private static string Words(string[] add, string[] remove) => string.Join(", ", new[]
    {
        add.Length > 0 ? $"add {string.Join(" and ", add)}" : "",
        remove.Length > 0 ? $"remove {string.Join(" and ", remove)}" : "",
    }.Where(static part => part.Length > 0));

    private (List<(Guid, Guid[])> Add, List<Guid> Remove) Licenses(string[] add, string[] remove)
    {
        if (add.Length + remove.Length == 0)
        {
            throw new BerthException("nameMissing", "Neither a SKU to add nor one to remove is named: give -AddSku or -RemoveSku, or a column of that name.", 400);
        }

        HashSet<string> found = new(StringComparer.OrdinalIgnoreCase);
        List<(Guid, Guid[])> added = [.. add.Select(_skus.Find).Select(sku => (sku, _skus.Plans(sku, DisabledPlan, found)))];
        string[] foreign = [.. DisabledPlan.Where(plan => !found.Contains(plan))];
        return foreign.Length == 0
            ? (added, [.. remove.Select(_skus.Find)])
            : throw new BerthException("unknownDisabledPlan", $"{string.Join(", ", foreign)} is not a service plan of {string.Join(" or ", add)}. (Get-BerthSku NAME).ServicePlans shows them.", 400);
    }

    private List<LicenseRow> Rows()
    {
        List<LicenseRow> rows = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        int looked = 0;
        string[] names = [.. _asked.Select(static one => one.Name)];
        using IEnumerator<(Target? Target, BerthException? Refused)> targets = Find(names).GetEnumerator();
        foreach ((string name, string[] add, string[] remove) in _asked)
        {
            (Target? target, BerthException? refused) = Must(() => targets.MoveNext() ? targets.Current : throw new BerthException("answerUnreadable", "An answer is missing."));
            looked++;
            if (looked % ShellLimits.BatchItems == 0 || looked == names.Length)
            {
                Show($"Looking up {Noun.Many}", $"{looked} of {names.Length}", looked, names.Length);
            }

            if (refused is not null)
            {
                WriteError(Failures.Of(refused, name));
            }
            else if (Try(() => Licenses(add, remove), name, out (List<(Guid, Guid[])> Add, List<Guid> Remove) licenses))
            {
                LicenseRow row = new(name, target!, licenses.Add, licenses.Remove);
                if (seen.Add(row.Key))
                {
                    rows.Add(row);
                }
                else
                {
                    WriteWarning($"{row.Target.Name} is in the list more than once and counts once (B845).");
                }
            }
        }

        return rows;
    }

    // The server decides a list row by row and names the first that it refuses (B500): it is told and left out, and the plan is drawn again.
    private BerthPlan? Plan(List<LicenseRow> rows)
    {
        int all = rows.Count;
        for (int refusedRows = 0; rows.Count > 0;)
        {
            Show("Planning", $"{all} {Noun.Many}", refusedRows, all);
            try
            {
                BerthPlan plan = PlanDoor.Draw(Client, _skus, LicenseList.Body(Kind, IdName, rows), Cancel);
                Show("Planning", $"{all} {Noun.Many}", all, all);
                return plan;
            }
            catch (BerthException refused) when (refused.Change is { } at && at < rows.Count)
            {
                WriteError(Failures.Of(refused, rows[at].Asked));
                rows.RemoveAt(at);
                if (++refusedRows == ShellLimits.Refused && rows.Count > 0)
                {
                    Stop(
                        new BerthException("tooManyRefused", $"{refusedRows} rows were refused, and the {rows.Count} others were not tried any further (B846). Nothing was changed: mend the list or its cause first.", 400),
                        null);
                }
            }
            catch (BerthException refused)
            {
                Stop(refused, null);
            }
            catch (OperationCanceledException) when (Cancel.IsCancellationRequested)
            {
                throw new PipelineStoppedException();
            }
        }

        return null;
    }

    private void Tell(List<LicenseRow> rows, BerthPlan plan, bool applied)
    {
        WriteObject(plan.Licenses, true);
        HashSet<string> changed = new(plan.Licenses.Select(static row => row.UserId), StringComparer.OrdinalIgnoreCase);
        foreach (LicenseRow row in rows.Where(row => IdName == "userId" && changed.Add(row.Target.Id.ToString())))
        {
            WriteObject(new BerthLicenseChange(row.Target.Name, row.Target.Id.ToString(), "", "", "direct", null, null, "None", "Nothing changes.", applied, ""));
        }
    }
}
