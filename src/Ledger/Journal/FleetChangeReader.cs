using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Reads changes of policies, Cloud PCs and what belongs to them; the mirror of <see cref="FleetChangeWriter"/>.</summary>
internal static class FleetChangeReader
{
    /// <summary>The smallest elements of lists in bytes: what a count of them is checked against.</summary>
    private const int LeastCoverage = 3;
    private const int LeastJoin = 5;
    private const int LeastAssignment = 7;
    private const int LeastAction = 5;
    private const int LeastCheck = 4;
    private const int LeastItem = 17;
    private const int LeastTime = 1;
    private const int LeastSettingAssignment = 2;

    /// <summary>Reads an element of a list.</summary>
    public delegate T Read<T>(ref PayloadReader from);

    public static Change ChangeOfFleet(this ref PayloadReader from, Tag tag) => tag switch
    {
        Tag.PolicySet => new Change.PolicySet(from.Number(), from.Policy()),
        Tag.PolicyDeleted => new Change.PolicyDeleted(from.Number()),
        Tag.CoverageSet => new Change.CoverageSet(
            from.Indexes(), from.Each(LeastCoverage, static (ref from) => new Coverage(from.Number(), from.Time(), from.Flag()))),
        Tag.CloudPcSet => new Change.CloudPcSet(from.Number(), from.CloudPc(), from.Step()),
        Tag.CloudPcsCame => from.CloudPcsCame(),
        Tag.CloudPcGone => new Change.CloudPcGone(from.Number(), from.Step()),
        Tag.ConnectionSet => new Change.ConnectionSet(from.Connection()),
        Tag.ConnectionDeleted => new Change.ConnectionDeleted(from.Id()),
        Tag.UserSettingSet => new Change.UserSettingSet(new UserSetting(
            from.Id(), from.Text(), from.Flag(), from.Flag(), from.Number(), from.Flag(), from.Time(), from.Time(),
            from.Each(LeastSettingAssignment, static (ref from) => new SettingAssignment(from.Number(), from.Time())))),
        Tag.UserSettingDeleted => new Change.UserSettingDeleted(from.Id()),
        Tag.DeviceImageSet => new Change.DeviceImageSet(new DeviceImage(
            from.Id(), from.Text(), from.Text(), from.Text(), from.Text(), from.Text(), from.Time())),
        Tag.DeviceImageDeleted => new Change.DeviceImageDeleted(from.Id()),
        Tag.SnapshotRetained => new Change.SnapshotRetained(new RetentionSnapshot(
            from.Id(), from.Id(), from.Number(), from.Number(), from.Shared(), from.Time()) { Job = from.Job() }),
        Tag.RetainedGone => new Change.RetainedGone(from.Id()),
        Tag.BulkActionSet => new Change.BulkActionSet(new BulkAction(
            from.Id(), from.Text(), from.Text(), from.Time(), from.Text(),
            from.Each(LeastItem, static (ref from) => new BulkItem(from.Id(), from.Shared())))),
        Tag.SessionSet => new Change.SessionSet(
            new Session(from.Id(), from.Number(), from.Number(), from.Time(), from.OptionalTime(), from.Flag()) { UsesBuffer = from.Flag(), CloudApp = from.OptionalId() }),
        Tag.SessionEnded => new Change.SessionEnded(from.Id(), from.Time()),
        Tag.PowerSet => new Change.PowerSet(from.Number(), from.Power() ?? throw new InvalidDataException("the power is missing")),
        Tag.BufferSet => new Change.BufferSet(from.Number(), from.Buffer()),
        Tag.StorageTermsSet => new Change.StorageTermsSet(from.Id(), from.Flag() ? new StorageTerms(from.Number(), from.OptionalTime()) : null),
        Tag.StorageAttached => new Change.StorageAttached(from.Id(), from.Number(), new UserStorage(from.Id(), from.Time())),
        Tag.StoragesDeleted => new Change.StoragesDeleted(from.Id(), from.Indexes()),
        Tag.ConnectionRefused => new Change.ConnectionRefused(from.Number(), from.Number(), from.OptionalId(), from.OptionalNumber()),
        Tag.BulkActionGone => new Change.BulkActionGone(from.Id()),
        Tag.OrganizationSettingsSet => new Change.OrganizationSettingsSet(
            new OrganizationSettings(from.Flag(), from.Flag(), from.Flag(), from.Flag(), from.OneOfFew())),
        Tag.CloudAppSet => new Change.CloudAppSet(from.Number(), from.CloudApp()),
        Tag.CloudAppGone => new Change.CloudAppGone(from.Number()),
        _ => from.ChangeOfReprovision(tag),
    };

    private static ProvisioningPolicy Policy(this ref PayloadReader from) => new(from.Id(), from.Text())
    {
        Description = from.Text(),
        ProvisioningType = from.Member<ProvisioningType>(),
        UserExperienceType = from.Member<UserExperienceType>(),
        ImageType = from.Member<ImageType>(),
        ImageId = from.OneOfFew(),
        ImageDisplayName = from.OneOfFew(),
        Joins = from.Each(
            LeastJoin, static (ref from) => new DomainJoin(from.Member<DomainJoinType>(), from.OptionalId(), from.Shared(), from.Shared())
            {
                Geography = from.Shared(),
            }),
        SingleSignOn = from.Flag(),
        LocalAdmin = from.Flag(),
        NamingTemplate = from.OptionalText(),
        Locale = from.OneOfFew(),
        AutopatchGroupId = from.OptionalText(),
        ManagedDesktopType = from.OneOfFew(),
        ManagedDesktopProfile = from.OptionalText(),
        Autopilot = from.Flag() ? new AutopilotConfiguration(from.Text(), from.Number(), from.Flag()) : null,
        Persistence = from.Flag() ? new UserSettingsPersistence(from.Flag(), from.Number()) : null,
        SnapshotReset = from.OptionalNumber() switch
        {
            null => null,
            0 => false,
            1 => true,
            int other => throw new InvalidDataException($"{other} is neither yes nor no"),
        },
        ScopeIds = from.Each(1, OneOfFew),
        CreatedAt = from.Time(),
        CreatedBy = from.OneOfFew(),
        ModifiedAt = from.Time(),
        ModifiedBy = from.OneOfFew(),
        Assignments = from.Each(LeastAssignment, static (ref from) => new PolicyAssignment(
            from.Text(), from.Number(), from.OptionalNumber(), from.OptionalText(), from.OptionalNumber(), from.Time()) { IsReprovisionPaused = from.Flag() }),
    };

    private static Change.CloudPcsCame CloudPcsCame(this ref PayloadReader from)
    {
        (ValueArray<int> indexes, ValueArray<int> users) = (from.Indexes(), from.Indexes());
        return indexes.Count == users.Count
            ? new Change.CloudPcsCame(indexes, users, from.Number(), from.OptionalNumber() ?? -1, from.Member<CloudPcStatus>(), from.Step())
            : throw new InvalidDataException("not every Cloud PC that came has a user");
    }

    private static CloudPc CloudPc(this ref PayloadReader from) =>
        new(from.Id(), from.Id(), from.OptionalNumber() ?? Engine.CloudPcs.CloudPc.Nobody, from.Number(), from.Member<CloudPcStatus>())
        {
            Policy = from.OptionalNumber() ?? -1,
            Assignment = from.OptionalId(),
            Power = from.Power(),
            DisplayName = from.Text(),
            ManagedDeviceName = from.OptionalText(),
            Origin = from.Origin(),
            TakesOver = from.Origin(),
            ConditionsSince = from.Time(),
            ProvisionedAt = from.OptionalTime(),
            ModifiedAt = from.Time(),
            GraceEndsAt = from.OptionalTime(),
            Error = from.Error(),
            Job = from.Job(),
            ResizeTo = from.OptionalNumber(),
            ResizeEndsAt = from.OptionalTime(),
            GoesAt = from.OptionalTime(),
            PointsSince = from.OptionalTime(),
            ManualPointAt = from.OptionalTime(),
            Points = from.Flag() ? new AgentPoints(from.Each(1, static (ref from) => from.Time()), from.OptionalTime(), from.Error()) : null,
            KeptPoints = from.Flag() ? new KeptPoints(from.Each(LeastTime, static (ref from) => from.Time()), from.Time()) : null,
            RestoresTo = from.OptionalTime(),
            AllocatedAt = from.OptionalTime(),
            ReserveUsed = TimeSpan.FromTicks(from.Signed()),
            ReserveEndsAt = from.OptionalTime(),
            IsAdministrator = from.Flag(),
            Use = from.Flag() ? new CloudPcUse(from.Time(), from.OptionalTime(), from.Flag()) : null,
            Review = from.Flag() ? new CloudPcReview(from.Time(), from.Flag(), from.OptionalText(), from.OptionalText()) : null,
            Actions = from.Each(LeastAction, static (ref from) => new RemoteAction(
                from.OneOfFew(), from.Member<RemoteActionState>(), from.Time(), from.Time(), from.Error())),
        };

    private static ConcurrencyBuffer Buffer(this ref PayloadReader from) => new()
    {
        Uses = from.Each(LeastTime, static (ref from) => from.Time()),
        Overruns = from.Each(LeastTime, static (ref from) => from.Time()),
        Blocks = from.Each(LeastTime, static (ref from) => from.Time()),
        Since = from.OptionalTime(),
        HasOverrun = from.Flag(),
        IsBlocked = from.Flag(),
        BlockedUntil = from.OptionalTime(),
    };

    private static CloudPcOrigin? Origin(this ref PayloadReader from) => from.Flag()
        ? new CloudPcOrigin(from.OneOfFew(), from.OneOfFew(), from.Shared(), from.OptionalId(), from.Member<DomainJoinType>(), from.Flag(), from.Flag(), from.OneOfFew())
        : null;

    private static CloudPcPower? Power(this ref PayloadReader from) => from.Flag()
        ? new CloudPcPower(from.Flag(), from.OptionalTime(), from.OptionalTime(), from.OptionalTime())
        {
            SignOutAt = from.OptionalTime(),
            FirstConnections = from.Each(LeastTime, static (ref from) => from.Time()),
            PrestartAt = from.OptionalTime(),
        }
        : null;

    private static CloudPcStep Step(this ref PayloadReader from) => new(from.Time(), from.Member<CloudPcReason>(), from.OptionalId());

    private static CloudPcError? Error(this ref PayloadReader from) => from.Flag() ? new CloudPcError(from.OneOfFew(), from.OneOfFew()) : null;

    private static HostJob? Job(this ref PayloadReader from) => from.Flag()
        ? new HostJob(from.Id(), from.Member<HostJobKind>(), from.Number(), from.Time(), from.OptionalTime(), from.OptionalText())
        : null;

    private static NetworkConnection Connection(this ref PayloadReader from) => new(from.Id(), from.Text())
    {
        JoinType = from.Member<DomainJoinType>(),
        SubscriptionId = from.Text(),
        SubscriptionName = from.OptionalText(),
        ResourceGroupId = from.Text(),
        VirtualNetworkId = from.Text(),
        VirtualNetworkLocation = from.OptionalText(),
        SubnetId = from.Text(),
        AdDomainName = from.OptionalText(),
        AdDomainUsername = from.OptionalText(),
        OrganizationalUnit = from.OptionalText(),
        ScopeIds = from.Each(1, OneOfFew),
        Health = from.Member<HealthCheckStatus>(),
        Checks = from.Each(LeastCheck, Check),
        CheckStartedAt = from.OptionalTime(),
        CheckedAt = from.OptionalTime(),
        Job = from.Job(),
        NextCheckAt = from.OptionalTime(),
        ActiveUntil = from.Time(),
        Simulated = from.Each(LeastCheck, Check),
        PasswordSetAt = from.OptionalTime(),
        CreatedAt = from.Time(),
    };

    private static HealthCheck Check(this ref PayloadReader from) =>
        new(from.OneOfFew(), from.Member<HealthCheckStatus>(), from.Shared(), from.Shared());

    private static string OneOfFew(this ref PayloadReader from) => from.Shared() ?? throw new InvalidDataException("a text is missing");

    /// <summary>A list, whose elements have so many bytes at least.</summary>
    public static ValueArray<T> Each<T>(this ref PayloadReader from, int least, Read<T> read)
    {
        int count = from.Count(least);
        if (count == 0)
        {
            return [];
        }

        T[] values = new T[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = read(ref from);
        }

        return ValueArray.Own(values);
    }
}
