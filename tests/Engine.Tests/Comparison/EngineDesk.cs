using System.Globalization;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Comparison;

/// <summary>The engine behind the desk.</summary>
public sealed partial class EngineDesk : Desk
{
    private const string Extension = "extensionAttribute";

    private static readonly Actor Tester = new(ActorKind.Application, Guid.Parse("00000000-0000-0000-0000-0000000000aa"), "Comparison");

    // What the parts before one of a list of changes make of users.
    private readonly Dictionary<Guid, User> _people = [];

    // When the last command was that was not refused: until then everything due has happened.
    private DateTimeOffset _now;
    private (Tenant? Tenant, List<string> Picture) _drawn = (null, []);

    public EngineDesk(string country)
    {
        TenantProfile profile = new(Guid.Parse("00000000-0000-0000-0000-0000000000ff"), "Contoso", "contoso.example", country, TenantKind.Demo, default);
        Do(new Command.CreateTenant(profile, SkuCatalog.BuiltIn), Opening);
    }

    /// <summary>The tenant as it is now.</summary>
    public Tenant Tenant { get; private set; } = Tenant.Unborn;

    /// <summary>The tenant before the last command.</summary>
    public Tenant Before { get; private set; } = Tenant.Unborn;

    /// <summary>The last command, as the engine got it, its time and the decision.</summary>
    public (Command Command, DecisionContext Context, Decision Decision) Last { get; private set; }

    /// <summary>Every event so far.</summary>
    public List<TenantEvent> Journal { get; } = [];

    public override string Do(Request request, DateTimeOffset now)
    {
        if (request is Request.SetConnectionHealth health && Tenant.Fleet.Connections.ContainsKey(Id(health.Connection)))
        {
            Do(new Command.SimulateChecks(Id(health.Connection), Checks(health.Health)), now);
            string asked = Do(new Command.RunHealthChecks(Id(health.Connection)), now);

            // An agent finds what the simulator would.
            return Tenant.Fleet.Connections[Id(health.Connection)].Job is { } check
                ? Do(new Command.ReportHostJob(check.Id, HostOutcome.Done, null) { Checks = Checks(health.Health) }, now)
                : asked;
        }

        if (request is not Request.MoveClock)
        {
            return Do(Translate(request), now);
        }

        // The clock stands where it was, is moved, and runs again, so that the next command has its own time.
        Do(new Command.SetClock(true, _now, null), _now);
        string answer = Do(new Command.SetClock(null, now, null), now);
        Do(new Command.SetClock(false, null, null), now);
        return answer;
    }


    /// <inheritdoc/>
    /// <remarks>A tenant is a value: while it is the same one, so is its picture.</remarks>
    public override List<string> Picture()
    {
        if (!ReferenceEquals(_drawn.Tenant, Tenant))
        {
            _drawn = (Tenant, PictureOf(Tenant));
        }

        // Readers do not show what has had its time; the next command takes it out (B147).
        DateTimeOffset now = Last.Context.Now;
        return
        [
            .. _drawn.Picture,
            .. Tenant.Deleted.Users.Values.Where(item => DeletedItems.IsThere(item.DeletedAt, now)).Select(item => Text(item.User.Id))
                .Concat(Tenant.Deleted.Groups.Values.Where(item => DeletedItems.IsThere(item.DeletedAt, now)).Select(item => Text(item.Id)))
                .Order(StringComparer.Ordinal).Select(id => $"deleted {id}"),
        ];
    }

    public override IEnumerable<string> MembersOf(string group) => MembersOf(Tenant, Tenant.Groups[Tenant.FindGroup(Id(group))]);

    /// <summary>The lines of a tenant.</summary>
    public static List<string> PictureOf(Tenant tenant)
    {
        List<string> lines = [];
        foreach (User user in All(tenant.Users).OfType<User>().OrderBy(user => Text(user.Id), StringComparer.Ordinal))
        {
            int index = tenant.FindUser(user.Id);
            lines.AddRange(LicenseState.Of(tenant, index)
                .OrderBy(row => row.Group < 0 ? "" : Text(tenant.Groups[row.Group].Id), StringComparer.Ordinal)
                .ThenBy(row => SkuId(row.Sku), StringComparer.Ordinal)
                .Select(row => $"user {Text(user.Id)} {SkuId(row.Sku)} by {(row.Group < 0 ? "direct" : Text(tenant.Groups[row.Group].Id))} "
                    + $"{row.State} {row.Error} without {Plans(row.Disabled)}"));
            UserLicenses licenses = tenant.LicensesOf(index);
            lines.AddRange(licenses.Held().OrderBy(SkuId, StringComparer.Ordinal)
                .Select(sku => $"holder {Text(user.Id)} {SkuId(sku)} without {Plans(licenses.MergedDisabled(sku))}"));
            if (tenant.ManagerOf(index) is >= 0 and int manager)
            {
                lines.Add($"manager {Text(user.Id)} {Text(tenant.Users[manager]!.Id)}");
            }
        }

        foreach (Sku sku in tenant.Catalog.Skus.Where(sku => tenant.Owns(sku.Index)).OrderBy(sku => Text(sku.Id), StringComparer.Ordinal))
        {
            PrepaidUnits units = tenant.PrepaidUnitsOf(sku.Index);
            int consumed = tenant.HoldersOf(sku.Index).Count;
            lines.Add($"sku {Text(sku.Id)} {tenant.CapabilityOf(sku.Index)} consumed {consumed} assignable {tenant.FreeSeats(sku.Index) + consumed} "
                + $"prepaid {units.Enabled} {units.Warning} {units.Suspended} {units.LockedOut}");
        }

        int turn = 0;
        long last = 0;
        foreach (WaitingPair pair in tenant.Troubled)
        {
            turn += pair.Since.Sequence == last ? 0 : 1;
            last = pair.Since.Sequence;
            lines.Add($"waiting {turn} since {pair.Since.At.ToString("O", CultureInfo.InvariantCulture)} {Text(pair.UserId)} {Text(pair.GroupId)}");
        }

        lines.AddRange(All(tenant.Groups).Where(group => group.Troubled.Count > 0).OrderBy(group => Text(group.Id), StringComparer.Ordinal)
            .Select(group => $"group {Text(group.Id)} has errors for "
                + string.Join(' ', group.Troubled.Select(user => Text(tenant.Users[user]!.Id)).Order(StringComparer.Ordinal))));
        lines.AddRange(All(tenant.Groups).Where(group => !group.IsDeleted).OrderBy(group => Text(group.Id), StringComparer.Ordinal)
            .SelectMany(group => (string[])
            [
                .. group.Profile.MembershipRule is { } rule ? [$"chooses {Text(group.Id)} {group.Profile.RuleProcessing} {rule}"] : Array.Empty<string>(),
                $"members {Text(group.Id)} {string.Join(' ', MembersOf(tenant, group))}",
            ]));
        return lines;

        static IEnumerable<T> All<T>(PagedVector<T> vector) => Enumerable.Range(0, vector.Count).Select(index => vector[index]);

        string SkuId(int sku) => Text(tenant.Catalog.Skus[sku].Id);

        string Plans(ValueArray<int> plans) =>
            plans.Count == 0 ? "nothing" : string.Join(' ', plans.Select(plan => Text(tenant.Catalog.Plans[plan].Id)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> MembersOf(Tenant tenant, Group group) => group.Members.Select(user => Text(tenant.Users[user]!.Id))
        .Concat(group.MemberGroups.Select(inner => Text(tenant.Groups[inner].Id))).Order(StringComparer.Ordinal);

    private string Do(Command command, DateTimeOffset now)
    {
        Before = Tenant;
        DecisionContext context = new(now, Tester);
        Decision decision = Deciding.Decide(Tenant, command, context);
        Last = (command, context, decision);
        switch (decision)
        {
            case Decision.Accepted accepted:
                _now = now;
                Tenant = accepted.Next;
                if (accepted.Event is not null)
                {
                    Journal.Add(accepted.Event);
                }

                return accepted.Remaining is { } remaining ? $"done, still {Answer(remaining)}"
                    : accepted.Lines.Count > 0 ? $"done without {string.Join(", ", accepted.Lines.Select(line => $"{line.Line} {Answer(line.Refusal)}"))}"
                    : "done";
            case Decision.Refused refused:
                return $"refused {Answer(refused.Refusal)}";
            default:
                throw new NotSupportedException();
        }
    }

    // Code and ids in the order of the rule book; where it leaves the order of groups open, ascending.
    private string Answer(Refusal refusal)
    {
        string code = refusal.Code.ToString();
        IEnumerable<string> ids = refusal.Ids.Select(Text);
        IEnumerable<string> about = refusal.Code switch
        {
            RefusalCode.InheritedFromGroup => ids.Order(StringComparer.Ordinal).Prepend(Text(refusal.Subject!.Value)),
            RefusalCode.GroupHasLicenses => ids.Order(StringComparer.Ordinal),
            RefusalCode.MembershipRuleInvalid => [$"{refusal.Position}"],
            RefusalCode.CloudAppNotFound or RefusalCode.CloudAppNotReady => [],
            RefusalCode.SessionNotFound or RefusalCode.SnapshotNotFound or RefusalCode.AssignmentNotFound or RefusalCode.HostJobClosed
                or RefusalCode.StorageNotFound or RefusalCode.StorageInUse => [],
            RefusalCode.OperationNotSupported when Last.Command is Command.RetryPolicy => [Text(refusal.Subject!.Value)],
            RefusalCode.OperationNotSupported or RefusalCode.OperationConflict when Last.Command is Command.ReprovisionPolicy or Command.SchedulePolicy => [Text(refusal.Subject!.Value)],
            RefusalCode.NotAssigned or RefusalCode.CloudPcNotReady when Last.Command is Command.StartPoolSession => [],
            RefusalCode.CloudPcNotFound or RefusalCode.OperationNotSupported or RefusalCode.OperationConflict or RefusalCode.TargetLicenseHasAssigned
                or RefusalCode.NotAssigned or RefusalCode.NotLicensed or RefusalCode.CloudPcNotReady or RefusalCode.CloudPcInUse or RefusalCode.SelfServiceNotAllowed => [$"#{NumberOf(refusal.Subject!.Value)}"],
            RefusalCode.MemberOfSourceNotFound or RefusalCode.MemberOfSourceNotAllowed => ids,
            _ => refusal.Subject is { } subject ? ids.Prepend(Text(subject)) : ids,
        };
        return $"{char.ToLowerInvariant(code[0])}{code[1..]} {string.Join(' ', about)}".TrimEnd();
    }

    // As they come in a list of changes: each knows what those before it set (B500).
    private ValueArray<Command> Parts(Request[] parts)
    {
        List<Command> commands = [];
        foreach (Request part in parts)
        {
            Command command = Translate(part);
            if (command is Command.UpdateUser update && Person(Text(update.User.Id)) is { } seen)
            {
                command = update with { Basis = seen };
                _people[update.User.Id] = update.User;
            }

            commands.Add(command);
        }

        _people.Clear();
        return commands.ToValueArray();
    }

    private User? Person(string user) => _people.TryGetValue(Id(user), out User? set) ? set : Tenant.TryGetUser(Tenant.FindUser(Id(user)), out User? there) ? there : null;

    private Command Translate(Request request) => request switch
    {
        Request.CreateUser r => new Command.CreateUser(With(NewUser(r.User, r.UsageLocation), r.Facts)),
        Request.SetUser r => new Command.UpdateUser(With(Person(r.User) ?? NewUser(r.User, null), r.Facts)),
        Request.SetUsageLocation r => new Command.UpdateUser(
            Person(r.User) is { } there ? there with { UsageLocation = r.UsageLocation } : NewUser(r.User, r.UsageLocation)),
        Request.DeleteUser r => new Command.DeleteUser(Id(r.User)),
        Request.ReportTo r => new Command.ReportTo(Id(r.User), r.Superior is null ? null : Id(r.Superior)),
        Request.CreateGroup r => new Command.CreateGroup(With(NewGroup(r.Group, r.SecurityEnabled, r.Unified), r.Chosen), Ids(r.Members)),
        Request.ChangeGroup r => new Command.UpdateGroup(
            With(Tenant.FindGroup(Id(r.Group)) is >= 0 and int index && !Tenant.Groups[index].IsDeleted ? Tenant.Groups[index].Profile : NewGroup(r.Group, true, false), r.Chosen),
            Ids(r.Members)),
        Request.RunDue => new Command.RunDue(),
        Request.DeleteGroup r => new Command.DeleteGroup(Id(r.Group)),
        Request.Restore r => new Command.RestoreDeletedItem(Id(r.Item)),
        Request.Purge r => new Command.PurgeDeletedItem(Id(r.Item)),
        Request.AddMembers r => new Command.AddMembers(Id(r.Group), Ids(r.Members)),
        Request.RemoveMember r => new Command.RemoveMember(Id(r.Group), Id(r.Member)),
        Request.RemoveMembers r => new Command.RemoveMembers(Id(r.Group), Ids(r.Members)),
        Request.SetUnits r => new Command.SetUnits(Id(r.Subscription), Id(r.Sku), r.Units),
        Request.Together r => new Command.ApplyChanges(Parts(r.Parts)),
        Request.AssignUser r => new Command.AssignUserLicenses(Id(r.User), Licenses(r.Add), Ids(r.Remove)),
        Request.AssignGroup r => new Command.AssignGroupLicenses(Id(r.Group), Licenses(r.Add), Ids(r.Remove)),
        Request.ReprocessUser r => new Command.ReprocessUser(Id(r.User)),
        Request.ReprocessGroup r => new Command.ReprocessGroup(Id(r.Group)),
        Request.Buy r => new Command.CreateSubscription(Id(r.Subscription), Id(r.Sku), r.Units, Enum.Parse<SubscriptionStatus>(r.Status), r.Trial),
        Request.ChangeSubscription r => new Command.UpdateSubscription(
            Id(r.Subscription), r.Units, r.Status is null ? null : Enum.Parse<SubscriptionStatus>(r.Status)),
        Request.ImportDirectory r => new Command.ImportDirectory(r.Lines.Select((line, i) => Translate(line, i + 1)).ToValueArray()),
        Request.Configure r => new Command.UpdateSettings(Tenant.Settings with
        {
            Retry = r.EntraStrict ? RetryMode.EntraStrict : RetryMode.Fair,
            GroupAtomicity = r.Independent ? GroupAtomicity.Independent : GroupAtomicity.Atomic,
        }),
        Request.Import r => new Command.ImportCatalog(
            r.Plans.Select(plan => new CatalogRow(SpecFiles.PartNumber(plan.Sku), Id(plan.Sku), plan.Sku, plan.Name, Id(plan.Plan), plan.Name)).ToValueArray(),
            r.Rules is null ? null : PlanRules.Parse(System.Text.Encoding.UTF8.GetBytes(r.Rules)).Rules!),
        _ => TranslateFleet(request),
    };

    private static ImportLine Translate(Line line, int number) => line switch
    {
        { User: { } user, Group: { } group } => new ImportLine.OfMember(number, Id(group), Id(user)),
        { User: { } user } => new ImportLine.OfUser(number, With(NewUser(user, line.UsageLocation), (line.Set ?? []).Select(pair => new Fact(pair.Key, pair.Value)))),
        _ => new ImportLine.OfGroup(number, With(NewGroup(line.Group!, true, false), line.Rule is null ? Chosen.ByHand : Chosen.By(line.Rule))),
    };

    private static User NewUser(string user, string? usageLocation) =>
        new(Id(user), $"{user}@contoso.example", user, null, true, usageLocation, default, new UserAttributes([]));

    private static User With(User user, IEnumerable<Fact> facts) => facts.Aggregate(user, (one, fact) => fact.Name switch
    {
        "userPrincipalName" => one with { UserPrincipalName = fact.Value! },
        "displayName" => one with { DisplayName = fact.Value! },
        "mailNickname" => one with { MailNickname = fact.Value },
        "accountEnabled" => one with { AccountEnabled = fact.Value == "true" },
        _ => one with { Attributes = one.Attributes.With(Attribute(fact.Name), fact.Value) },
    });

    private static UserAttribute Attribute(string name) => name.StartsWith(Extension, StringComparison.Ordinal)
        ? (UserAttribute)((int)UserAttribute.ExtensionAttribute1 + int.Parse(name[Extension.Length..], CultureInfo.InvariantCulture) - 1)
        : Enum.Parse<UserAttribute>(name, ignoreCase: true);

    private static GroupProfile NewGroup(string group, bool securityEnabled, bool unified) =>
        new(Id(group), group, null, null, false, securityEnabled, unified ? ["Unified"] : [], null, default);

    // A rule of a group is On when nothing else is said, as on the wire (B132).
    private static GroupProfile With(GroupProfile profile, Chosen chosen) => profile with
    {
        GroupTypes = [.. profile.GroupTypes.Where(type => type != GroupProfile.DynamicMembership), .. chosen.Dynamic ? [GroupProfile.DynamicMembership] : Array.Empty<string>()],
        MembershipRule = chosen.Rule,
        RuleProcessing = chosen.State is null ? chosen.Rule is null ? null : RuleProcessing.On : Enum.Parse<RuleProcessing>(chosen.State),
    };

    private static ValueArray<LicenseRequest> Licenses(Wanted[] add) =>
        add.Select(wanted => new LicenseRequest(Id(wanted.Sku), Ids(wanted.Disabled))).ToValueArray();

    private static ValueArray<Guid> Ids(string[] ids) => ids.Select(Id).ToValueArray();

    private static Guid Id(string id) => Guid.Parse(id);

    private static string Text(Guid id) => id.ToString();
}
