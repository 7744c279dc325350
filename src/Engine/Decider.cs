using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>Decides one command: checks first, then writes the draft; a refusal is returned before anything is written.</summary>
internal sealed partial class Decider
{
    private readonly Tenant _tenant;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _system;
    private readonly Draft _draft;
    private readonly Processing _processing;
    private readonly List<LineRefusal> _lines = [];
    private int _processedGroup = -1;
    private int[] _processedMembers = [];
    private int _reprocessedUser = -1;
    private HashSet<Guid>? _owing;

    public Decider(Tenant tenant, DateTimeOffset now, DateTimeOffset system)
    {
        _tenant = tenant;
        _now = now;
        _system = system;
        _draft = new Draft(tenant, now);
        _processing = new Processing(tenant, _draft, now);
        _memberships = new Memberships(tenant, _draft, _processing);
        _storages = new StorageKeeping(_draft, tenant.Version + 1);
        _power = new MachinePower(_draft, _storages);
        _apps = new CloudAppTurns(_draft);
        _machines = new Lifecycle(tenant, _draft, now, _power) { AtRest = Rest };
        (_notedUses, _notedSubscriptions, _notedCatalog) = (_draft.PlanUses, _draft.Subscriptions, _draft.Catalog);
    }

    // Everything that follows from what happened has happened.
    private void Rest(DateTimeOffset now)
    {
        NoteUsage(now);
        FollowCloudApps(now);
        WatchAlerts(now);
    }

    public Refusal? Decide(Command command)
    {
        PurgeOver(_now);
        Refusal? refusal = Carry(command);

        // A connection without a license is refused, and happened all the same (B415).
        return ReferenceEquals(refusal, _refusedConnection) ? null : refusal;
    }

    private Refusal? Carry(Command command) => command switch
    {
        Command.CreateTenant create => Create(create),
        Command.CreateUser create => CreateUser(create),
        Command.UpdateUser update => UpdateUser(update),
        Command.DeleteUser delete => DeleteUser(delete.UserId),
        Command.ReportTo report => ReportTo(report),
        Command.CreateGroup create => CreateGroup(create),
        Command.UpdateGroup update => UpdateGroup(update),
        Command.DeleteGroup delete => DeleteGroup(delete.GroupId),
        Command.RestoreDeletedItem restore => Restore(restore),
        Command.PurgeDeletedItem purge => PurgeItem(purge.Id),
        Command.AddMembers add => AddMembers(add),
        Command.RemoveMember remove => RemoveMembers(remove.GroupId, [remove.MemberId]),
        Command.RemoveMembers remove => RemoveMembers(remove.GroupId, remove.Members),
        Command.AddOwners add => AddOwners(add),
        Command.RemoveOwner remove => RemoveOwner(remove),
        Command.AssignUserLicenses assign => AssignUser(assign),
        Command.AssignGroupLicenses assign => AssignGroup(assign),
        Command.ReprocessUser reprocess => ReprocessUser(reprocess.UserId),
        Command.ReprocessGroup reprocess => ReprocessGroup(reprocess.GroupId),
        Command.CreateSubscription create => CreateSubscription(create),
        Command.UpdateSubscription update => UpdateSubscription(update),
        Command.SetUnits set => SetUnits(set),
        Command.UpdateSettings update => UpdateSettings(update),
        Command.SetClock set => SetClock(set),
        Command.UpdateAlertRule update => UpdateAlertRule(update),
        Command.MarkAlertsSent mark => MarkAlertsSent(mark),
        Command.RunDue => null,
        Command.RecordIdentity record => RecordIdentity(record),
        Command.ImportCatalog import => ImportCatalog(import),
        Command.ImportDirectory import => ImportDirectory(import),
        _ => CarryInFleet(command),
    };

    /// <summary>What follows from the command's own change, and the decision.</summary>
    /// <param name="command">The command.</param>
    /// <param name="actor">Who acts.</param>
    /// <param name="flips">What flips of rules changed before the command, in the same event.</param>
    /// <param name="evaluations">How often rules were asked for that.</param>
    public Decision.Accepted Finish(Command command, Actor actor, List<Change> flips, long evaluations)
    {
        _memberships.Settle();
        _memberships.Note();
        _machines.Checks.Resume(_now);
        _machines.Settle();
        _machines.Checks.Note();
        if (_processedGroup >= 0)
        {
            int failed = !_processing.AnyTrouble && _draft.Group(_processedGroup).Troubled.Count == 0 ? 0 : _processedMembers.Count(member => _draft.Licenses(member).Source(_processedGroup)?.Trouble is not null);
            _draft.Note(new Change.GroupProcessed(_processedGroup, _processedMembers.Length - failed, failed));
        }

        List<Change> outcomes = [];
        Tenant next = _draft.Seal(_tenant.Version + 1, outcomes);
        bool changed = flips.Count + _draft.Recorded.Count + outcomes.Count > 0;
        TenantEvent? happened = changed
            ? new TenantEvent(next.Version, _now, actor, command.GetType().Name, [.. flips, .. _draft.Recorded, .. outcomes])
            : null;
        return new Decision.Accepted(changed ? next : _tenant, happened)
        {
            Remaining = _reprocessedUser >= 0 ? Remaining(_reprocessedUser) : command is Command.StartBulkAction ? null : _refusedConnection,
            Lines = _lines.ToValueArray(),
            RuleEvaluations = evaluations + RuleEvaluations,
        };
    }

    // B738
    private Refusal? RecordIdentity(Command.RecordIdentity record)
    {
        _draft.Record(new Change.IdentityRecorded(record.Act, record.Target, record.Name, record.Detail));
        return null;
    }

    private Refusal? Create(Command.CreateTenant create)
    {
        if (!Countries.IsKnown(create.Profile.Country))
        {
            return Invalid("country", $"'{create.Profile.Country}' is not an ISO 3166-1 alpha-2 country code.");
        }

        _draft.Record(new Change.TenantCreated(create.Profile with { CreatedAt = _now }));
        _draft.Record(new Change.CatalogSet(create.Catalog));
        return null;
    }

    private Refusal? CreateUser(Command.CreateUser create)
    {
        int manager = -1;
        if ((CheckNewUser(create.User) ?? FindManager(create.User.Id, create.ManagerId, out manager)) is { } refusal)
        {
            return refusal;
        }

        int index = _draft.UserCount;
        _draft.Record(new Change.UsersSet([index], [Canonical(create.User) with { CreatedAt = _now }]));
        Report(index, manager);
        _memberships.Came(index);
        return null;
    }

    private Refusal? CheckNewUser(User user) =>
        IsTaken(user.Id) ? new Refusal(RefusalCode.IdTaken) { Subject = user.Id } : CheckUser(user);

    private Refusal? CheckUser(User user)
    {
        if (user.UsageLocation is not null && !Countries.IsKnown(user.UsageLocation))
        {
            return Invalid("usageLocation", $"'{user.UsageLocation}' is not an ISO 3166-1 alpha-2 country code.");
        }

        int namesake = _draft.FindUser(user.UserPrincipalName);
        return namesake >= 0 && _draft.User(namesake)!.Id != user.Id
            ? new Refusal(RefusalCode.UserPrincipalNameTaken) { Name = user.UserPrincipalName }
            : null;
    }

    private bool IsTaken(Guid id) => _draft.FindUser(id) >= 0 || _draft.FindGroup(id) >= 0 || _draft.Deleted.Contains(id) || IsOwing(id);

    // B80: a deleted group that still gives somebody something keeps its id (L74). Gathered once: an import asks for every line.
    private bool IsOwing(Guid id)
    {
        if (_owing is null)
        {
            _owing = [];
            for (int i = 0; i < _tenant.Groups.Count && _tenant.GroupCount < _tenant.Groups.Count; i++)
            {
                if (_tenant.Groups[i] is { IsDeleted: true, Troubled.Count: > 0 } gone)
                {
                    _owing.Add(gone.Id);
                }
            }
        }

        return _owing.Contains(id);
    }

    private static User Canonical(User user) =>
        user.UsageLocation is { } location ? user with { UsageLocation = Countries.Canonical(location) } : user;

    private Refusal? UpdateUser(Command.UpdateUser update)
    {
        if (FindUser(update.User.Id, out int index) is { } missing)
        {
            return missing;
        }

        User before = _draft.User(index)!;
        User user = update.Basis is { } seen ? Rebase.Onto(before, seen, update.User) : update.User;
        int manager = -1;
        if ((CheckUser(user) ?? FindManager(user.Id, update.ManagerId, out manager)) is { } refusal)
        {
            return refusal;
        }

        Report(index, manager);
        User after = Canonical(user) with { CreatedAt = before.CreatedAt };
        if (after == before)
        {
            return null;
        }

        _memberships.Changed(index, RuleReads.Between(before, after));
        _draft.Note(new Change.UserWas(index, before));
        _draft.Record(new Change.UsersSet([index], [after]));
        if (!after.AccountEnabled)
        {
            EndSessionsOf(index);
        }

        if (after.UsageLocation != before.UsageLocation)
        {
            _processing.Disturb(index);
        }

        return null;
    }

    private Refusal? DeleteUser(Guid id)
    {
        if (FindUser(id, out int index) is { } missing)
        {
            return missing;
        }

        _draft.Note(new Change.UserWas(index, _draft.User(index)!));
        EndRelationsOfUser(index);
        EndSessionsOf(index);
        _draft.Record(new Change.UserToDeletedItems(index, _now));
        return null;
    }

    private Refusal? CreateGroup(Command.CreateGroup create)
    {
        if (IsTaken(create.Profile.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = create.Profile.Id };
        }

        int index = _draft.GroupCount;
        int[] owners = [];
        int[] users = [], groups = [];
        GroupProfile profile = WithState(create.Profile) with { CreatedAt = _now };
        if ((CheckRule(-1, profile) ?? CheckByHand(profile, create.Members.Count > 0)
            ?? FindMembers(-1, profile.Id, create.Members, out users, out groups) ?? FindOwners(-1, create.Owners, out owners)) is { } refusal)
        {
            return refusal;
        }

        _draft.Record(new Change.GroupSet(index, profile));
        Own(index, owners);
        Join(index, users, groups);
        FollowIfNew(index, null, profile);
        return null;
    }

    private Refusal? UpdateGroup(Command.UpdateGroup update)
    {
        if (FindGroup(update.Profile.Id, out int index) is { } missing)
        {
            return missing;
        }

        Group group = _draft.Group(index);
        GroupProfile wanted = update.Basis is { } seen ? Rebase.Onto(group.Profile, seen, update.Profile) : update.Profile;
        if (!wanted.SecurityEnabled && !group.Licenses.IsEmpty)
        {
            return Invalid("securityEnabled", "A group with licenses stays security-enabled (L37): take its licenses away first.");
        }

        int[] owners = [], users = [], groups = [];
        GroupProfile profile = WithState(wanted) with { CreatedAt = group.Profile.CreatedAt };
        if ((CheckRule(index, profile) ?? CheckByHand(profile, update.NewMembers.Count > 0)
            ?? FindMembers(index, group.Id, update.NewMembers, out users, out groups) ?? FindOwners(index, update.NewOwners, out owners)) is { } refusal)
        {
            return refusal;
        }

        if (profile != group.Profile)
        {
            _draft.Note(new Change.GroupWas(index, group.Profile));
            _draft.Record(new Change.GroupSet(index, profile));
        }

        Own(index, owners);
        Join(index, users, groups);
        FollowIfNew(index, group.Profile, profile);
        return null;
    }

    private Refusal? DeleteGroup(Guid id)
    {
        if (FindGroup(id, out int index) is { } missing)
        {
            return missing;
        }

        LicenseSet licenses = _draft.Group(index).Licenses;
        if (!licenses.IsEmpty)
        {
            return new Refusal(RefusalCode.GroupHasLicenses)
            {
                Subject = id,
                Ids = licenses.Items.Select(license => _tenant.Catalog.Skus[license.Sku].Id).ToValueArray(),
            };
        }

        EndRelationsOfGroup(index);
        _draft.Record(_draft.Group(index).Profile.IsUnified ? new Change.GroupToDeletedItems(index, _now) : new Change.GroupDeleted(index));

        // After it, so that whoever loses the policy is seen to leave the group of one.
        Unassign(index);
        return null;
    }

    private Refusal? AddMembers(Command.AddMembers add)
    {
        if (FindGroup(add.GroupId, out int index) is { } missing)
        {
            return missing;
        }

        int[] users = [], groups = [];
        if ((CheckByHand(_draft.Group(index).Profile, add.Members.Count > 0)
            ?? FindMembers(index, add.GroupId, add.Members, out users, out groups)) is { } refusal)
        {
            return refusal;
        }

        Join(index, users, groups);
        return null;
    }

    private void Join(int group, int[] users, int[] groups)
    {
        if (users.Length + groups.Length == 0)
        {
            return;
        }

        _draft.Record(new Change.MembersAdded(group, users.Order().ToValueArray(), groups.Order().ToValueArray()));
        _processing.Welcome(group, users);
    }

    private Refusal? RemoveMembers(Guid groupId, ValueArray<Guid> members)
    {
        if (FindGroup(groupId, out int index) is { } missing)
        {
            return missing;
        }

        if (CheckByHand(_draft.Group(index).Profile, members.Count > 0) is { } byRule)
        {
            return byRule;
        }

        List<int> users = [], groups = [];
        foreach (Guid member in members.Distinct())
        {
            if (_draft.FindUser(member) is >= 0 and int user && _draft.IsMember(user, index))
            {
                users.Add(user);
            }
            else if (_draft.FindGroup(member) is >= 0 and int group && _draft.Group(index).MemberGroups.Span.Contains(group))
            {
                groups.Add(group);
            }
            else
            {
                return new Refusal(RefusalCode.MemberNotFound) { Subject = member };
            }
        }

        if (users.Count + groups.Count == 0)
        {
            return null;
        }

        users.Sort();
        groups.Sort();
        _draft.Record(new Change.MembersRemoved(index, users.ToValueArray(), groups.ToValueArray()));
        foreach (int user in _processing.InOrder(index, [.. users]))
        {
            _processing.Evaluate(user, index);
            if (_draft.Settings.Retry == RetryMode.EntraStrict)
            {
                _processing.RetryUser(user, index);
            }
        }

        return null;
    }

    private Refusal? AssignUser(Command.AssignUserLicenses assign)
    {
        int index = -1;
        if ((DirectCall.CheckShape(assign.Add, assign.Remove) ?? FindUser(assign.UserId, out index)) is { } early)
        {
            return early;
        }

        if (assign.Add.Count + assign.Remove.Count == 0)
        {
            return null; // B57
        }

        UserLicenses licenses = _draft.Licenses(index);
        (LicenseSet? direct, Refusal? refusal) = DirectCall.OnUser(_tenant, _draft.User(index)!, licenses, assign.Add, assign.Remove);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!direct!.Equals(licenses.Direct))
        {
            _draft.SetLicenses(index, licenses.WithDirect(direct, _now));
            _processing.Disturb(index);
        }

        return null;
    }

    private Refusal? AssignGroup(Command.AssignGroupLicenses assign)
    {
        int index = -1;
        if ((DirectCall.CheckShape(assign.Add, assign.Remove) ?? FindGroup(assign.GroupId, out index)) is { } early)
        {
            return early;
        }

        Group group = _draft.Group(index);
        if (!group.Profile.SecurityEnabled)
        {
            return new Refusal(RefusalCode.GroupNotSecurityEnabled) { Subject = assign.GroupId };
        }

        if (_draft.Rules.RuleOf(index) is { IsAboutDevices: true })
        {
            return new Refusal(RefusalCode.DeviceRuleNotAllowed) { Subject = assign.GroupId };
        }

        if (assign.Add.Count + assign.Remove.Count == 0)
        {
            return null; // B57
        }

        (DirectCall.Switch? change, Refusal? refusal) = DirectCall.Resolve(_tenant, group.Licenses, assign.Add, assign.Remove);
        refusal ??= DirectCall.CheckGroup(_tenant, group, change!);
        if (refusal is not null)
        {
            return refusal;
        }

        LicenseSet after = group.Licenses.With(change!.Add, change.Remove);
        if (!after.Equals(group.Licenses))
        {
            _draft.Record(new Change.GroupLicensesSet(index, group.Licenses, after));
            Process(index, group.Members.ToArray(), areMembers: true);
        }

        return null;
    }

    private Refusal? ReprocessUser(Guid id)
    {
        if (FindUser(id, out int index) is { } missing)
        {
            return missing;
        }

        _processing.EvaluateAll(index);
        _reprocessedUser = index;
        return null;
    }

    private Refusal? ReprocessGroup(Guid id)
    {
        if (FindGroup(id, out int index) is { } missing)
        {
            return missing;
        }

        Group group = _draft.Group(index);
        _draft.Note(new Change.GroupReprocessAsked(index));
        Process(index, [.. group.Members.Union(group.Troubled)], areMembers: false);
        return null;
    }

    private void Process(int group, int[] members, bool areMembers)
    {
        _processing.EvaluateMembers(group, members, areMembers);
        (_processedGroup, _processedMembers) = (group, members);
    }

    // The answer of a reprocess: the text of the earliest pair still in error (decisions, Reprocess). Without a retry it is what its
    // evaluation found, whatever later pairs of the user changed (B36).
    private Refusal? Remaining(int user)
    {
        GroupSource? earliest = _draft.Licenses(user).Groups.Where(source => source.Trouble is not null)
            .OrderBy(source => source.Trouble!.Since).ThenBy(source => _draft.Group(source.Group).Id)
            .Cast<GroupSource?>().FirstOrDefault();
        return earliest is not { } source ? null
            : _draft.Settings.Retry == RetryMode.EntraStrict ? _processing.Found(source.Group)
            : _processing.Explain(user, source.Group);
    }

    private Refusal? CreateSubscription(Command.CreateSubscription create)
    {
        if (_draft.Subscriptions.Any(one => one.Id == create.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = create.Id };
        }

        if (!_draft.Catalog.TryGetSku(create.SkuId, out Sku? sku))
        {
            return new Refusal(RefusalCode.SkuNotInTenant) { Subject = create.SkuId };
        }

        return CheckUnits(create.Units)
            ?? Put(new Subscription(create.Id, sku.Index, create.Units, create.Status, create.IsTrial, _now) { Owner = create.Owner });
    }

    private Refusal? UpdateSubscription(Command.UpdateSubscription update)
    {
        Subscription? before = _draft.Subscriptions.FirstOrDefault(one => one.Id == update.Id);
        if (before is null)
        {
            return new Refusal(RefusalCode.SubscriptionNotFound) { Subject = update.Id };
        }

        Subscription after = before with { Units = update.Units ?? before.Units, Status = update.Status ?? before.Status };
        if (CheckUnits(after.Units) is { } wrong)
        {
            return wrong;
        }

        if (after != before)
        {
            Put(after);
            if (before.Status <= SubscriptionStatus.Warning && after.Status > SubscriptionStatus.Warning)
            {
                _machines.Expire(before.Sku, before.Units, retains: after.Status == SubscriptionStatus.Suspended);
            }
        }

        return null;
    }

    private static Refusal? CheckUnits(int units) => units is < 0 or > Subscription.MostUnits
        ? Invalid("units", $"A subscription has 0 to {Subscription.MostUnits} units.")
        : null;

    private Refusal? Put(Subscription subscription)
    {
        _draft.Record(new Change.SubscriptionSet(subscription));
        return null;
    }

    private Refusal? UpdateSettings(Command.UpdateSettings update)
    {
        TenantSettings settings = update.Basis is { } seen ? Rebase.Onto(_tenant.Settings, seen, update.Settings) : update.Settings;
        if (settings.ProvisioningDelay < TimeSpan.Zero || settings.ProvisioningDelay > TenantSettings.LongestProvisioningDelay)
        {
            return Invalid("provisioningDelay", "The provisioning delay lies between PT0S and P7D.");
        }

        if (settings.BufferExcess is < 0)
        {
            return Invalid("bufferExcess", "The buffer's excess is null or at least 0.");
        }

        if (settings.ProfileReset < TimeSpan.Zero || settings.ProfileReset > TenantSettings.LongestProfileReset)
        {
            return Invalid("profileResetTime", "The time in which a profile is reset lies between PT0S and P1D.");
        }

        if (settings.FailureRates.Any(rate => rate.PerMillion is <= 0 or > FailureRate.Always)
            || settings.FailureRates.Zip(settings.FailureRates.Skip(1)).Any(pair => pair.First.Kind >= pair.Second.Kind))
        {
            return Invalid("failureRates", "The simulator's failure rates lie between 0 and 1, one for a kind of job.");
        }

        if (settings != _tenant.Settings)
        {
            _draft.Record(new Change.SettingsSet(settings));
            ChangeHost(settings);
            if (settings.IntelligentPrestart && !_tenant.Settings.IntelligentPrestart)
            {
                _power.ExpectEverybody(_now);
            }

            _processing.DisturbEverybody();
        }

        return null;
    }

    private Refusal? ImportCatalog(Command.ImportCatalog import)
    {
        _draft.Record(new Change.CatalogSet(_tenant.Catalog.With(import.Rows, import.Rules)));
        _processing.DisturbEverybody();
        _machines.Disturb();
        return null;
    }

    private Refusal? FindUser(Guid id, out int index)
    {
        index = _draft.FindUser(id);
        return index < 0 ? new Refusal(RefusalCode.UserNotFound) { Subject = id } : null;
    }

    private Refusal? FindGroup(Guid id, out int index)
    {
        index = _draft.FindGroup(id);
        return index < 0 ? new Refusal(RefusalCode.GroupNotFound) { Subject = id } : null;
    }

    private Refusal? FindMembers(int group, Guid groupId, ValueArray<Guid> members, out int[] users, out int[] groups)
    {
        List<int> foundUsers = [], foundGroups = [];
        (users, groups) = ([], []);
        foreach (Guid member in members.Distinct())
        {
            int user = _draft.FindUser(member), inner = _draft.FindGroup(member);
            if (member == groupId)
            {
                return new Refusal(RefusalCode.MemberOfItself) { Subject = member };
            }

            if (user < 0 && inner < 0)
            {
                return new Refusal(RefusalCode.MemberNotFound) { Subject = member };
            }

            if (group >= 0 && (user >= 0 ? _draft.IsMember(user, group) : _draft.Group(group).MemberGroups.Span.Contains(inner)))
            {
                return new Refusal(RefusalCode.AlreadyMember) { Subject = member };
            }

            (user >= 0 ? foundUsers : foundGroups).Add(user >= 0 ? user : inner);
        }

        (users, groups) = ([.. foundUsers], [.. foundGroups]);
        return null;
    }

    private static Refusal Invalid(string property, string detail) => new(RefusalCode.ValueInvalid) { Name = property, Detail = detail };
}
