using Berth.Oracle;

namespace Berth.Engine.Tests.Comparison;

/// <summary>The oracle behind the desk.</summary>
/// <param name="country">The tenant's country.</param>
/// <param name="skus">The SKUs its catalog has; null for all. It is slow, and fewer make it less so.</param>
public sealed partial class OracleDesk(string country, IReadOnlyCollection<string>? skus = null) : Desk
{
    private static readonly List<SkuRow> Rows = Oracle.Catalog.ReadCsv(SpecFiles.CatalogCsv);
    private static readonly Oracle.PlanRules BuiltInRules = Oracle.PlanRules.Read(SpecFiles.PlanRulesJson);
    private readonly List<(Request Request, DateTimeOffset Now)> _done = [];
    private OracleTenant _tenant = Empty(country, skus);
    private Dictionary<(string Policy, string Group, string Plan), int> _named = [];

    /// <summary>Passes that the membership rules made for the last command; 0 when it was refused or did nothing.</summary>
    public int Passes => _tenant.Passes;

    /// <summary>What was due before the last command.</summary>
    public int Flips => _tenant.Flips;

    /// <summary>What was due of Cloud PCs before the last command and by it.</summary>
    public int Dues => _tenant.Dues;

    public override string Do(Request request, DateTimeOffset now)
    {
        Answer answer = Carry(request, now);
        if (answer.Happened)
        {
            _done.Add((request, now));
        }

        return answer.ToString();
    }

    private Answer Carry(Request request, DateTimeOffset now)
    {
        // Whoever asks names what there was before: an id that a part carries is not looked up after the parts before it.
        _named = [];
        foreach (Request.AssignPolicy part in (request is Request.Together parts ? parts.Parts : [request]).OfType<Request.AssignPolicy>())
        {
            foreach (Assigned one in part.To.Where(one => one.Was is not null))
            {
                _named[(part.Policy, one.Group, one.Was!)] = _tenant.Named(part.Policy, one.Group, one.Was!);
            }
        }

        if (request is not Request.Together together)
        {
            return _tenant.At(now, () => Answer(request));
        }

        // All or nothing, the plain way: when a part is refused, everything that happened happens again without them.
        Answer answer = _tenant.At(now, () => Answer(together.Parts[0]));
        if (!answer.Happened)
        {
            // Nothing has happened that would have to be taken back.
            return answer;
        }

        for (int part = 1; part < together.Parts.Length && answer.Happened; part++)
        {
            answer = _tenant.AsPart(now, () => Answer(together.Parts[part]));
        }

        if (!answer.Happened)
        {
            _tenant = Empty(country, skus);
            foreach ((Request earlier, DateTimeOffset then) in _done)
            {
                Carry(earlier, then);
            }

            // It was asked for all the same, which says what time it is.
            return _tenant.At(now, () => answer);
        }

        return answer;
    }

    private static OracleTenant Empty(string country, IReadOnlyCollection<string>? skus) =>
        new(Rows.Where(row => skus is null || skus.Contains(row.SkuId)), BuiltInRules, country);

    public override List<string> Picture() => _tenant.Picture();

    public override List<string> Fleet() => _tenant.Fleet();

    public override IEnumerable<string> MembersOf(string group) => _tenant.MembersOf(group);

    private Answer Answer(Request request) => request switch
    {
        Request.CreateUser r => _tenant.CreateUser(r.User, r.UsageLocation, Facts(r.User, r.Facts)),
        Request.SetUser r => _tenant.SetUser(r.User, r.Facts.ToDictionary(fact => fact.Name, fact => fact.Value)),
        Request.SetUsageLocation r => _tenant.SetUsageLocation(r.User, r.UsageLocation),
        Request.DeleteUser r => _tenant.DeleteUser(r.User),
        Request.ReportTo r => _tenant.ReportTo(r.User, r.Superior),
        Request.CreateGroup r => _tenant.CreateGroup(r.Group, r.SecurityEnabled, r.Unified, Choice(r.Chosen), r.Members),
        Request.ChangeGroup r => _tenant.ChangeGroup(r.Group, Choice(r.Chosen), r.Members),
        Request.DeleteGroup r => _tenant.DeleteGroup(r.Group),
        Request.Restore r => _tenant.Restore(r.Item),
        Request.Purge r => _tenant.Purge(r.Item),
        Request.AddMembers r => _tenant.AddMembers(r.Group, r.Members),
        Request.RemoveMember r => _tenant.RemoveMembers(r.Group, r.Member),
        Request.RemoveMembers r => _tenant.RemoveMembers(r.Group, r.Members),
        Request.SetUnits r => _tenant.SetUnits(r.Subscription, r.Sku, r.Units),
        Request.AssignUser r => _tenant.AssignUser(r.User, Wishes(r.Add), r.Remove),
        Request.AssignGroup r => _tenant.AssignGroup(r.Group, Wishes(r.Add), r.Remove),
        Request.ReprocessUser r => _tenant.ReprocessUser(r.User),
        Request.ReprocessGroup r => _tenant.ReprocessGroup(r.Group),
        Request.Buy r => _tenant.Buy(r.Subscription, r.Sku, r.Units, r.Status, r.Trial),
        Request.ChangeSubscription r => _tenant.ChangeSubscription(r.Subscription, r.Units, r.Status),
        Request.ImportDirectory r => _tenant.Import([.. r.Lines.Select(Translate)]),
        Request.Configure r => _tenant.Configure(r.EntraStrict, r.Independent),
        Request.Import r => _tenant.Import(
            r.Plans.Select(plan => new SkuRow(SpecFiles.PartNumber(plan.Sku), plan.Sku, plan.Plan, plan.Name)),
            r.Rules is null ? null : Oracle.PlanRules.Read(r.Rules)),
        Request.CreatePolicy r => _tenant.CreatePolicy(r.Policy, r.Type, r.Connections, r.Region, r.SingleSignOn, !r.KeepsProfiles, r.StorageGB, r.Administrators, r.OnlyApps ? SpecFiles.Windows11Apps : null),
        Request.ChangePolicy r => _tenant.ChangePolicy(r.Policy, r.Connections, r.Region, r.SingleSignOn, r.Administrators, r.StorageGB),
        Request.ApplyPolicy r => _tenant.ApplyPolicy(r.Policy, r.Settings, r.CloudPcs),
        Request.DeletePolicy r => _tenant.DeletePolicy(r.Policy),
        Request.AssignPolicy r => _tenant.AssignPolicy(r.Policy, [.. r.To.Select(one => new OracleEntry(one.Group, one.Plan, one.Licenses, one.Was is null ? null : _named[(r.Policy, one.Group, one.Was)]))]),
        Request.EndGrace r => _tenant.EndGrace(r.CloudPc),
        Request.Reprovision r => _tenant.Reprovision(r.CloudPc, r.Administrator, r.Self),
        Request.Resize r => _tenant.Resize(r.CloudPc, r.Plan),
        Request.RenameCloudPc r => _tenant.RenameCloudPc(r.CloudPc, r.Name),
        Request.RestoreCloudPc r => _tenant.RestoreCloudPc(r.CloudPc, r.Point, r.Self),
        Request.RestoreManual r => _tenant.RestoreManual(r.CloudPc, r.Point),
        Request.RestoreRetained r => _tenant.RestoreRetained(r.CloudPc, r.Kept),
        Request.SnapshotCloudPc r => _tenant.SnapshotCloudPc(r.CloudPc),
        Request.RestartCloudPc r => _tenant.RestartCloudPc(r.CloudPc),
        Request.CreateConnection r => _tenant.CreateConnection(r.Connection, r.Region),
        Request.SetConnectionHealth r => _tenant.SetConnectionHealth(r.Connection, r.Health),
        Request.ProvisionReserve r => _tenant.ProvisionReserve(r.CloudPc),
        Request.DeprovisionReserve r => _tenant.DeprovisionReserve(r.CloudPc),
        Request.StartSession r => _tenant.StartSession(r.User, r.CloudPc),
        Request.EndSession r => _tenant.EndSession(r.CloudPc),
        Request.DisconnectSession r => _tenant.DisconnectSession(r.CloudPc),
        Request.SetHost r => _tenant.SetHost(TimeSpan.FromMinutes(r.Minutes), r.Failing, r.Agent),
        Request.ReportJob r => _tenant.Report(r.CloudPc, r.Kind, r.Attempt, r.Asked, new OracleReport(r.Outcome, r.Error, r.Last)),
        Request.MoveClock or Request.RunDue => Oracle.Answer.Done,
        _ => FrontlineAnswer(request),
    };

    private static DirectoryLine Translate(Line line) => line switch
    {
        { User: { } user, Group: { } group } => new DirectoryLine.OfMember(group, user),
        { User: { } user } => new DirectoryLine.OfUser(user, line.UsageLocation, Facts(user, (line.Set ?? []).Select(pair => new Fact(pair.Key, pair.Value)))),
        _ => new DirectoryLine.OfGroup(line.Group!, line.Rule is null ? Oracle.Choice.ByHand : new Choice(true, line.Rule, null)),
    };

    private static Choice Choice(Chosen chosen) => new(chosen.Dynamic, chosen.Rule, chosen.State);

    // What a user of the comparison has from the start, and more.
    private static Dictionary<string, string?> Facts(string user, IEnumerable<Fact> more)
    {
        Dictionary<string, string?> facts = new() { ["userPrincipalName"] = $"{user}@contoso.example", ["displayName"] = user, ["accountEnabled"] = "true" };
        foreach (Fact fact in more)
        {
            facts[fact.Name] = fact.Value;
        }

        return facts;
    }

    private static Wish[] Wishes(Wanted[] add) => [.. add.Select(wanted => new Wish(wanted.Sku, wanted.Disabled))];
}
