using Berth.Oracle;

namespace Berth.Engine.Tests.Comparison;

/// <summary>The oracle behind the desk.</summary>
/// <param name="country">The tenant's country.</param>
/// <param name="skus">The SKUs its catalog has; null for all. It is slow, and fewer make it less so.</param>
public sealed class OracleDesk(string country, IReadOnlyCollection<string>? skus = null) : Desk
{
    private static readonly List<SkuRow> Rows = Oracle.Catalog.ReadCsv(SpecFiles.CatalogCsv);
    private static readonly Oracle.PlanRules BuiltInRules = Oracle.PlanRules.Read(SpecFiles.PlanRulesJson);
    private readonly OracleTenant _tenant = new(Rows.Where(row => skus is null || skus.Contains(row.SkuId)), BuiltInRules, country);

    public override string Do(Request request, DateTimeOffset now)
    {
        _tenant.Pass(now);
        return Answer(request, now).ToString();
    }

    public override List<string> Picture() => _tenant.Picture();

    private Answer Answer(Request request, DateTimeOffset now) => request switch
    {
        Request.CreateUser r => _tenant.CreateUser(r.User, r.UsageLocation, now),
        Request.SetUsageLocation r => _tenant.SetUsageLocation(r.User, r.UsageLocation, now),
        Request.DeleteUser r => _tenant.DeleteUser(r.User, now),
        Request.ReportTo r => _tenant.ReportTo(r.User, r.Superior, now),
        Request.CreateGroup r => _tenant.CreateGroup(r.Group, r.SecurityEnabled, r.Unified, r.Members, now),
        Request.DeleteGroup r => _tenant.DeleteGroup(r.Group, now),
        Request.Restore r => _tenant.Restore(r.Item, now),
        Request.Purge r => _tenant.Purge(r.Item, now),
        Request.AddMembers r => _tenant.AddMembers(r.Group, r.Members, now),
        Request.RemoveMember r => _tenant.RemoveMember(r.Group, r.Member, now),
        Request.AssignUser r => _tenant.AssignUser(r.User, Wishes(r.Add), r.Remove, now),
        Request.AssignGroup r => _tenant.AssignGroup(r.Group, Wishes(r.Add), r.Remove, now),
        Request.ReprocessUser r => _tenant.ReprocessUser(r.User, now),
        Request.ReprocessGroup r => _tenant.ReprocessGroup(r.Group, now),
        Request.Buy r => _tenant.Buy(r.Subscription, r.Sku, r.Units, r.Status, now),
        Request.ChangeSubscription r => _tenant.ChangeSubscription(r.Subscription, r.Units, r.Status, now),
        Request.ImportDirectory r => _tenant.Import([.. r.Lines.Select(Translate)], now),
        Request.Configure r => _tenant.Configure(r.EntraStrict, r.Independent, now),
        Request.Import r => _tenant.Import(
            r.Plans.Select(plan => new SkuRow(SpecFiles.PartNumber(plan.Sku), plan.Sku, plan.Plan, plan.Name)),
            r.Rules is null ? null : Oracle.PlanRules.Read(r.Rules),
            now),
        _ => throw new NotSupportedException(request.ToString()),
    };

    private static DirectoryLine Translate(Line line) => line switch
    {
        { User: { } user, Group: { } group } => new DirectoryLine.OfMember(group, user),
        { User: { } user } => new DirectoryLine.OfUser(user, line.UsageLocation),
        _ => new DirectoryLine.OfGroup(line.Group!),
    };

    private static Wish[] Wishes(Wanted[] add) => [.. add.Select(wanted => new Wish(wanted.Sku, wanted.Disabled))];
}
