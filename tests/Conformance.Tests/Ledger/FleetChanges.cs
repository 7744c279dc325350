using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using CsCheck;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Every kind of change of policies, Cloud PCs and what belongs to them: one fixed example, and a generator of random ones.</summary>
internal static class FleetChanges
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The examples of the golden files.</summary>
    public static IEnumerable<Change> Examples()
    {
        Guid id = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"), other = Guid.Parse("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20");
        CloudPcError error = new("licenseNotFound", "The license is gone.");
        HostJob job = new(other, HostJobKind.Resize, 2, _noon, _noon.AddMinutes(5), "detail");
        HealthCheck check = new("dnsCheck", HealthCheckStatus.Failed, "dnsCheckFqdnNotFound", "The name is unknown.");
        CloudPcStep step = new(_noon, CloudPcReason.LeftPolicyGroup, other);
        ProvisioningPolicy plain = new(id, "Desks") { ImageId = "a_b_c", ImageDisplayName = "Image", Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "automatic", null)] };
        ProvisioningPolicy full = plain with
        {
            Description = "Größe 🦜",
            ProvisioningType = ProvisioningType.SharedByEntraGroup,
            UserExperienceType = UserExperienceType.CloudApp,
            ImageType = ImageType.Custom,
            Joins = [new DomainJoin(DomainJoinType.HybridAzureADJoin, other, null, null), new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", "europeUnion") { Geography = "europe" }],
            SingleSignOn = true,
            LocalAdmin = true,
            NamingTemplate = "ABCDEF-%RAND:8%",
            Locale = "de-DE",
            AutopatchGroupId = "patches",
            ManagedDesktopType = "starterManaged",
            ManagedDesktopProfile = "profile",
            Autopilot = new AutopilotConfiguration("preparation", 60, true),
            Persistence = new UserSettingsPersistence(true, 16),
            SnapshotReset = false,
            ScopeIds = ["0", "1", "0"],
            CreatedAt = _noon,
            CreatedBy = "Ada",
            ModifiedAt = _noon.AddDays(1),
            ModifiedBy = "Grace",
            Assignments =
            [
                new PolicyAssignment($"{id}_{other}", 2, null, null, null, _noon),
                new PolicyAssignment(other.ToString(), 0, 0, "Nurses", 0, _noon.AddDays(1)) { IsReprovisionPaused = true },
            ],
        };
        CloudPc waiting = new(id, other, 9, 70, CloudPcStatus.NotProvisioned);
        CloudPc busy = waiting with
        {
            Status = CloudPcStatus.ModifyingSingleSignOn,
            Policy = 0,
            Assignment = id,
            Power = new CloudPcPower(true, _noon, _noon.AddHours(2), _noon.AddMinutes(3))
            {
                SignOutAt = _noon.AddHours(1),
                FirstConnections = [_noon.AddDays(-2), _noon.AddDays(-1)],
                PrestartAt = _noon.AddDays(1),
            },
            DisplayName = "Ada's desk",
            ManagedDeviceName = "CPC-ada-X1Y2Z",
            Origin = new CloudPcOrigin("a_b_c", "Image", "westeurope", other, DomainJoinType.HybridAzureADJoin, true, false, "en-US"),
            TakesOver = new CloudPcOrigin("a_b_c", "Image", "eastus", null, DomainJoinType.HybridAzureADJoin, false, false, "en-US"),
            ConditionsSince = _noon,
            ProvisionedAt = _noon.AddMinutes(30),
            ModifiedAt = _noon.AddHours(1),
            GraceEndsAt = _noon.AddDays(7),
            Error = error,
            Job = job,
            ResizeTo = 0,
            ResizeEndsAt = _noon.AddDays(2),
            GoesAt = _noon.AddHours(3),
            PointsSince = _noon.AddMinutes(30),
            ManualPointAt = _noon.AddHours(1),
            Points = new AgentPoints([_noon.AddHours(12), _noon.AddHours(24)], _noon.AddHours(36), error),
            KeptPoints = new KeptPoints([_noon.AddHours(2), _noon.AddHours(4)], _noon.AddHours(5)),
            RestoresTo = _noon.AddHours(4),
            AllocatedAt = _noon.AddDays(-7),
            ReserveUsed = TimeSpan.FromHours(5),
            ReserveEndsAt = _noon.AddDays(9),
            IsAdministrator = true,
            Use = new CloudPcUse(_noon.AddHours(2), _noon.AddHours(1), true),
            Review = new CloudPcReview(_noon.AddHours(3), true, "/account", "evidence"),
            Actions = [new RemoteAction("Resize", RemoteActionState.Active, _noon, _noon, null), new RemoteAction("Resize", RemoteActionState.Failed, _noon, _noon, error)],
        };
        NetworkConnection connection = new(id, "Lab")
        {
            JoinType = DomainJoinType.HybridAzureADJoin,
            SubscriptionId = "subscription",
            SubscriptionName = "Its name",
            ResourceGroupId = "/resource/group",
            VirtualNetworkId = "/network",
            VirtualNetworkLocation = "westeurope",
            SubnetId = "/subnet",
            AdDomainName = "corp.contoso.example",
            AdDomainUsername = "joiner",
            OrganizationalUnit = "OU=PCs",
            ScopeIds = ["0"],
            Health = HealthCheckStatus.Failed,
            Checks = [check, check with { ErrorType = null, Detail = null }],
            CheckStartedAt = _noon.AddMinutes(-30),
            CheckedAt = _noon,
            Job = job with { Kind = HostJobKind.HealthCheck, DueAt = null, Detail = null },
            NextCheckAt = _noon.AddHours(6),
            ActiveUntil = _noon.AddDays(28),
            Simulated = [check],
            PasswordSetAt = _noon,
            CreatedAt = _noon.AddDays(-1),
        };
        return
        [
            new Change.PolicySet(3, full),
            new Change.PolicyDeleted(3),
            new Change.CoverageSet([0, 1, 2, 9], [new Coverage(3, _noon, true), new Coverage(0, _noon.AddDays(-1), false)]),
            new Change.CloudPcSet(12, busy, step),
            new Change.CloudPcsCame([12, 13, 15], [9, 2, 7], 70, 3, CloudPcStatus.PendingProvision, step with { Reason = CloudPcReason.NoSlot, About = null }),
            new Change.CloudPcGone(12, step with { Reason = CloudPcReason.ReserveUsedUp, About = null }),
            new Change.ConnectionSet(connection),
            new Change.ConnectionDeleted(id),
            new Change.UserSettingSet(new UserSetting(id, "Everybody", true, false, 24, true, _noon, _noon.AddDays(1), [new SettingAssignment(7, _noon), new SettingAssignment(2, _noon.AddHours(1))])),
            new Change.UserSettingDeleted(id),
            new Change.DeviceImageSet(new DeviceImage(id, "Image", "1.0.0", "/image", "Windows 11 Enterprise", "26100", _noon)),
            new Change.DeviceImageDeleted(id),
            new Change.SnapshotRetained(new RetentionSnapshot(id, other, 9, 70, "westeurope", _noon) { Job = job with { Kind = HostJobKind.DeleteSnapshot, DueAt = null, Detail = null } }),
            new Change.RetainedGone(id),
            new Change.BulkActionSet(new BulkAction(id, "Restart all", "cloudPcBulkRestart", _noon, "Ada", [new BulkItem(id, null), new BulkItem(other, "operationConflict")])),
            new Change.PowerSet(12, new CloudPcPower(true, _noon, _noon.AddHours(2), _noon.AddMinutes(3))
            {
                SignOutAt = _noon.AddMinutes(30), FirstConnections = [_noon.AddDays(-2), _noon.AddDays(-1), _noon], PrestartAt = _noon.AddHours(23),
            }),
            new Change.BufferSet(70, new ConcurrencyBuffer
            {
                Uses = [_noon.AddHours(-5), _noon.AddHours(-1)],
                Overruns = [_noon.AddHours(-4)],
                Blocks = [_noon.AddDays(-3), _noon],
                Since = _noon.AddHours(-1),
                HasOverrun = true,
                IsBlocked = true,
                BlockedUntil = _noon.AddDays(2),
            }),
            new Change.ConnectionRefused(9, 70, other, 12),
            new Change.ReprovisionSet(3, new ReprovisionRun(_noon, 27, false, true) { Waiting = [12, 15], Making = [9], HasFailed = true, EndedAt = _noon.AddHours(1) }),
            new Change.ReprovisionStepped(3, ReprovisionStep.Failed, [9, 12]),
            new Change.ReprovisionEnded(3, _noon.AddHours(1)),
            new Change.ReprovisionScheduled(3, new ReprovisionSchedule("0 0 0 20 * *", 50, false, ScheduleZone.Cst, _noon, _noon.AddDays(90)) { NextAt = _noon.AddDays(27), SkippedAt = _noon.AddDays(-3) }),
            new Change.StorageTermsSet(id, new StorageTerms(16, _noon)),
            new Change.StorageAttached(id, 9, new UserStorage(other, _noon.AddHours(-3))),
            new Change.StoragesDeleted(id, [2, 3, 4, 9]),
            new Change.BulkActionGone(id),
            new Change.OrganizationSettingsSet(new OrganizationSettings(true, false, true, false, "de-DE")),
            new Change.SessionSet(new Session(id, 12, 9, _noon, _noon.AddMinutes(20), true) { UsesBuffer = true, CloudApp = other }),
            new Change.SessionEnded(id, _noon.AddHours(1)),
        ];
    }

    /// <summary>A generator for each kind.</summary>
    /// <param name="index">Numbers from 0 on.</param>
    /// <param name="text">Texts.</param>
    /// <param name="maybe">Texts that may be missing.</param>
    /// <param name="time">Times.</param>
    /// <param name="indexes">Lists of indexes.</param>
    public static Dictionary<Type, Gen<Change>> Random(Gen<int> index, Gen<string> text, Gen<string?> maybe, Gen<DateTimeOffset> time, Gen<ValueArray<int>> indexes)
    {
        Gen<DateTimeOffset?> sometime = time.Nullable();
        Gen<CloudPcError?> error = Gen.Select(text, text).Select((code, message) => new CloudPcError(code, message)).Null();
        Gen<HostJob?> job = Gen.Select(Gen.Guid, Gen.Enum<HostJobKind>(), index, time, sometime, maybe)
            .Select((id, kind, attempt, asked, due, detail) => new HostJob(id, kind, attempt, asked, due, detail)).Null();
        Gen<ValueArray<HealthCheck>> checks = Gen.Select(text, Gen.Enum<HealthCheckStatus>(), maybe, maybe).Array[0, 3]
            .Select(all => all.Select(one => new HealthCheck(one.Item1, one.Item2, one.Item3, one.Item4)).ToValueArray());
        Gen<ValueArray<string>> texts = text.Array[0, 3].Select(all => all.ToValueArray());
        Gen<CloudPcStep> step = Gen.Select(time, Gen.Enum<CloudPcReason>(), Gen.Guid.Nullable()).Select((at, reason, about) => new CloudPcStep(at, reason, about));
        Gen<ValueArray<DomainJoin>> joins = Gen.Select(Gen.Enum<DomainJoinType>(), Gen.Guid.Nullable(), maybe, maybe).Array[0, 3]
            .Select(all => all.Select(one => new DomainJoin(one.Item1, one.Item2, one.Item3, one.Item4) { Geography = one.Item4 }).ToValueArray());
        Gen<ValueArray<PolicyAssignment>> assignments = Gen.Select(text, index, index.Nullable(), maybe, index.Nullable(), time, Gen.Bool).Array[0, 3]
            .Select(all => all.Select(one => new PolicyAssignment(one.Item1, one.Item2, one.Item3, one.Item4, one.Item5, one.Item6) { IsReprovisionPaused = one.Item7 }).ToValueArray());
        Gen<ProvisioningPolicy> policy = Gen.Select(
            Gen.Select(Gen.Guid, Gen.Enum<ProvisioningType>(), Gen.Enum<UserExperienceType>(), Gen.Enum<ImageType>()),
            Gen.Select(joins, assignments, texts),
            Gen.Select(text, maybe, Gen.Bool, Gen.Bool),
            Gen.Select(text, index, Gen.Bool).Select((profile, minutes, denied) => new AutopilotConfiguration(profile, minutes, denied)).Null(),
            Gen.Select(Gen.Bool, index).Select((on, size) => new UserSettingsPersistence(on, size)).Null(),
            Gen.Select(time, time)).Select((kinds, lists, words, autopilot, persistence, times) => new ProvisioningPolicy(kinds.Item1, words.Item1)
            {
                Description = words.Item1,
                ProvisioningType = kinds.Item2,
                UserExperienceType = kinds.Item3,
                ImageType = kinds.Item4,
                ImageId = words.Item1,
                ImageDisplayName = words.Item1,
                Joins = lists.Item1,
                SingleSignOn = words.Item3,
                LocalAdmin = words.Item4,
                NamingTemplate = words.Item2,
                Locale = words.Item1,
                AutopatchGroupId = words.Item2,
                ManagedDesktopType = words.Item1,
                ManagedDesktopProfile = words.Item2,
                Autopilot = autopilot,
                Persistence = persistence,
                SnapshotReset = words.Item2 is null ? null : words.Item3,
                ScopeIds = lists.Item3,
                CreatedAt = times.Item1,
                CreatedBy = words.Item1,
                ModifiedAt = times.Item2,
                ModifiedBy = words.Item1,
                Assignments = lists.Item2,
            });
        Gen<CloudPcOrigin?> origin = Gen.Select(text, maybe, Gen.Guid.Nullable(), Gen.Enum<DomainJoinType>(), Gen.Bool, Gen.Bool)
            .Select((image, region, connection, join, signOn, admin) => new CloudPcOrigin(image, image, region, connection, join, signOn, admin, image)).Null();
        Gen<ValueArray<RemoteAction>> actions = Gen.Select(text, Gen.Enum<RemoteActionState>(), time, time, error).Array[0, 3]
            .Select(all => all.Select(one => new RemoteAction(one.Item1, one.Item2, one.Item3, one.Item4, one.Item5)).ToValueArray());
        Gen<CloudPcPower?> power = Gen.Select(Gen.Bool, Gen.Select(sometime, sometime, sometime), sometime, time.Array[0, 3])
            .Select((running, times, more, connections) => new CloudPcPower(running, times.Item1, times.Item2, times.Item3)
            {
                SignOutAt = more,
                FirstConnections = connections.ToValueArray(),
                PrestartAt = more,
            }).Null();
        Gen<CloudPc> cloudPc = Gen.Select(
            Gen.Select(Gen.Guid, index, Gen.Enum<CloudPcStatus>(), Gen.OneOf(index, Gen.Const(-1)), power),
            Gen.Select(text, maybe, origin, actions, origin),
            Gen.Select(error, job, index.Nullable(), Gen.Bool),
            Gen.Select(time, sometime, sometime, sometime),
            Gen.Select(time, sometime, sometime, sometime)).Select((kinds, words, rest, times, more) => new CloudPc(kinds.Item1, kinds.Item1, kinds.Item4 < 0 ? CloudPc.Nobody : kinds.Item2, kinds.Item2, kinds.Item3)
            {
                Policy = kinds.Item4,
                Assignment = words.Item2 is null ? null : kinds.Item1,
                Power = kinds.Item5,
                DisplayName = words.Item1,
                ManagedDeviceName = words.Item2,
                Origin = words.Item3,
                TakesOver = words.Item5,
                ConditionsSince = times.Item1,
                ProvisionedAt = times.Item2,
                ModifiedAt = more.Item1,
                GraceEndsAt = times.Item3,
                Error = rest.Item1,
                Job = rest.Item2,
                ResizeTo = rest.Item3,
                ResizeEndsAt = times.Item4,
                GoesAt = more.Item2,
                PointsSince = more.Item3,
                ManualPointAt = more.Item4,
                KeptPoints = more.Item2 is { } ended ? new KeptPoints([more.Item1], ended) : null,
                RestoresTo = more.Item3,
                AllocatedAt = times.Item2,
                ReserveUsed = more.Item1.TimeOfDay,
                ReserveEndsAt = more.Item2,
                IsAdministrator = rest.Item4,
                Points = times.Item2 is { } made ? new AgentPoints([made, more.Item1], times.Item3, times.Item3 is null ? null : new CloudPcError("noRoom", "Full.")) : null,
                Use = times.Item2 is { } signedIn ? new CloudPcUse(signedIn, times.Item3, rest.Item4) : null,
                Review = times.Item4 is { } reviewed ? new CloudPcReview(reviewed, rest.Item4, words.Item2, words.Item2) : null,
                Actions = words.Item4,
            });
        Gen<NetworkConnection> connection = Gen.Select(
            Gen.Select(Gen.Guid, Gen.Enum<DomainJoinType>(), Gen.Enum<HealthCheckStatus>()),
            Gen.Select(text, maybe, texts),
            Gen.Select(checks, checks, job),
            Gen.Select(time, sometime, sometime),
            Gen.Select(time, sometime)).Select((kinds, words, rest, times, more) => new NetworkConnection(kinds.Item1, words.Item1)
            {
                JoinType = kinds.Item2,
                SubscriptionId = words.Item1,
                SubscriptionName = words.Item2,
                ResourceGroupId = words.Item1,
                VirtualNetworkId = words.Item1,
                VirtualNetworkLocation = words.Item2,
                SubnetId = words.Item1,
                AdDomainName = words.Item2,
                AdDomainUsername = words.Item2,
                OrganizationalUnit = words.Item2,
                ScopeIds = words.Item3,
                Health = kinds.Item3,
                Checks = rest.Item1,
                CheckStartedAt = times.Item3,
                CheckedAt = times.Item2,
                Job = rest.Item3,
                NextCheckAt = times.Item3,
                ActiveUntil = times.Item1,
                Simulated = rest.Item2,
                PasswordSetAt = more.Item2,
                CreatedAt = more.Item1,
            });
        Gen<ValueArray<DateTimeOffset>> times = time.Array[0, 5].Select(all => all.ToValueArray());
        return new Dictionary<Type, Gen<Change>>
        {
            [typeof(Change.PolicySet)] = Gen.Select(index, policy).Select((one, set) => (Change)new Change.PolicySet(one, set)),
            [typeof(Change.PolicyDeleted)] = index.Select(one => (Change)new Change.PolicyDeleted(one)),
            [typeof(Change.CoverageSet)] = Gen.Select(indexes, Gen.Select(index, time, Gen.Bool).Array[0, 3]).Select((users, all) =>
                (Change)new Change.CoverageSet(users, all.Select(one => new Coverage(one.Item1, one.Item2, one.Item3)).ToValueArray())),
            [typeof(Change.CloudPcSet)] = Gen.Select(index, cloudPc, step).Select((one, set, why) => (Change)new Change.CloudPcSet(one, set, why)),
            [typeof(Change.CloudPcsCame)] = Gen.Select(indexes, index, Gen.OneOf(index, Gen.Const(-1)), Gen.Enum<CloudPcStatus>(), step)
                .Select((all, plan, policy, status, why) => (Change)new Change.CloudPcsCame(all, all.Reverse().ToValueArray(), plan, policy, status, why)),
            [typeof(Change.CloudPcGone)] = Gen.Select(index, step).Select((one, why) => (Change)new Change.CloudPcGone(one, why)),
            [typeof(Change.ConnectionSet)] = connection.Select(set => (Change)new Change.ConnectionSet(set)),
            [typeof(Change.ConnectionDeleted)] = Gen.Guid.Select(id => (Change)new Change.ConnectionDeleted(id)),
            [typeof(Change.UserSettingSet)] = Gen.Select(Gen.Guid, text, Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool), index, Gen.Select(time, time), indexes)
                .Select((id, name, flags, hours, times, groups) => (Change)new Change.UserSettingSet(
                    new UserSetting(id, name, flags.Item1, flags.Item2, hours, flags.Item3, times.Item1, times.Item2,
                    groups.Select(group => new SettingAssignment(group, times.Item2)).ToValueArray()))),
            [typeof(Change.UserSettingDeleted)] = Gen.Guid.Select(id => (Change)new Change.UserSettingDeleted(id)),
            [typeof(Change.DeviceImageSet)] = Gen.Select(Gen.Guid, text, text, text, text, text, time)
                .Select((id, name, version, source, system, build, at) => (Change)new Change.DeviceImageSet(new DeviceImage(id, name, version, source, system, build, at))),
            [typeof(Change.DeviceImageDeleted)] = Gen.Guid.Select(id => (Change)new Change.DeviceImageDeleted(id)),
            [typeof(Change.SnapshotRetained)] = Gen.Select(Gen.Guid, Gen.Guid, index, index, maybe, Gen.Select(time, job))
                .Select((id, of, user, plan, region, rest) => (Change)new Change.SnapshotRetained(new RetentionSnapshot(id, of, user, plan, region, rest.Item1) { Job = rest.Item2 })),
            [typeof(Change.RetainedGone)] = Gen.Guid.Select(id => (Change)new Change.RetainedGone(id)),
            [typeof(Change.BulkActionSet)] = Gen.Select(Gen.Guid, text, text, time, text, Gen.Select(Gen.Guid, maybe).Array[0, 5])
                .Select((id, name, kind, at, by, items) => (Change)new Change.BulkActionSet(
                    new BulkAction(id, name, kind, at, by, items.Select(item => new BulkItem(item.Item1, item.Item2)).ToValueArray()))),
            [typeof(Change.PowerSet)] = Gen.Select(index, power).Select((one, set) => (Change)new Change.PowerSet(one, set ?? CloudPcPower.Off)),
            [typeof(Change.BufferSet)] = Gen.Select(index, times, times, sometime, sometime, Gen.Bool).Select((plan, uses, blocks, since, until, flag) =>
                (Change)new Change.BufferSet(plan, new ConcurrencyBuffer { Uses = uses, Overruns = blocks, Blocks = uses, Since = since, HasOverrun = flag, IsBlocked = !flag, BlockedUntil = until })),
            [typeof(Change.ConnectionRefused)] = Gen.Select(index, index, Gen.Guid.Nullable(), index.Nullable())
                .Select((user, plan, assignment, row) => (Change)new Change.ConnectionRefused(user, plan, assignment, row)),
            [typeof(Change.ReprovisionSet)] = Gen.Select(index, time, Gen.Int[0, 99], Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool), indexes, Gen.Select(indexes, sometime))
                .Select((policy, at, kept, flags, waiting, rest) => (Change)new Change.ReprovisionSet(policy, new ReprovisionRun(at, kept, flags.Item1, flags.Item2)
                {
                    Waiting = waiting,
                    Making = rest.Item1,
                    HasFailed = flags.Item3,
                    EndedAt = rest.Item2,
                })),
            [typeof(Change.ReprovisionStepped)] = Gen.Select(index, Gen.Enum<ReprovisionStep>(), indexes)
                .Select((policy, now, rows) => (Change)new Change.ReprovisionStepped(policy, now, rows)),
            [typeof(Change.ReprovisionEnded)] = Gen.Select(index, time).Select((policy, at) => (Change)new Change.ReprovisionEnded(policy, at)),
            [typeof(Change.ReprovisionScheduled)] = Gen.Select(index, text, Gen.Int[0, 99], Gen.Bool, Gen.Enum<ScheduleZone>(), Gen.Select(time, sometime, sometime, sometime))
                .Select((policy, cron, kept, flag, zone, times) => (Change)new Change.ReprovisionScheduled(policy, cron.Length % 5 == 0 ? null : new ReprovisionSchedule(
                    cron, kept, flag, zone, times.Item1, times.Item2) { NextAt = times.Item3, SkippedAt = times.Item4 })),
            [typeof(Change.StorageTermsSet)] = Gen.Select(Gen.Guid, Gen.Select(index, sometime).Select((size, since) => new StorageTerms(size, since)).Null())
                .Select((assignment, terms) => (Change)new Change.StorageTermsSet(assignment, terms)),
            [typeof(Change.StorageAttached)] = Gen.Select(Gen.Guid, index, Gen.Guid, time)
                .Select((assignment, user, id, at) => (Change)new Change.StorageAttached(assignment, user, new UserStorage(id, at))),
            [typeof(Change.StoragesDeleted)] = Gen.Select(Gen.Guid, indexes).Select((assignment, users) => (Change)new Change.StoragesDeleted(assignment, users)),
            [typeof(Change.BulkActionGone)] = Gen.Guid.Select(id => (Change)new Change.BulkActionGone(id)),
            [typeof(Change.OrganizationSettingsSet)] = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, text)
                .Select((enrolls, signOn, ten, admin, locale) => (Change)new Change.OrganizationSettingsSet(new OrganizationSettings(enrolls, signOn, ten, admin, locale))),
            [typeof(Change.SessionSet)] = Gen.Select(Gen.Guid, index, index, time, sometime, Gen.Bool)
                .Select((id, row, user, began, left, admin) => (Change)new Change.SessionSet(new Session(id, row, user, began, left, admin) { UsesBuffer = !admin, CloudApp = admin ? id : null })),
            [typeof(Change.SessionEnded)] = Gen.Select(Gen.Guid, time).Select((id, at) => (Change)new Change.SessionEnded(id, at)),
        };
    }
}
