using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Reads changes; the mirror of <see cref="ChangeWriter"/>.</summary>
internal static class ChangeReader
{
    /// <summary>The smallest user, plan, SKU, skuError and failure rate in bytes: what a count of them is checked against.</summary>
    private const int LeastUser = 16;
    private const int LeastPlan = 18;
    private const int LeastSku = 19;
    private const int LeastError = 2;
    private const int LeastRate = 2;

    public static Change[] Changes(this ref PayloadReader from)
    {
        List<Change> changes = [];
        while (from.Left > 0)
        {
            changes.Add(from.Change());
        }

        return [.. changes];
    }

    private static Change Change(this ref PayloadReader from) => (Tag)from.Byte() switch
    {
        Tag.TenantCreated => new Change.TenantCreated(
            new TenantProfile(from.Id(), from.Text(), from.Text(), from.Text(), (TenantKind)from.Choice((byte)TenantKind.Demo), from.Time())),
        Tag.CatalogSet => new Change.CatalogSet(from.Catalog()),
        Tag.SettingsSet => new Change.SettingsSet(from.Settings()),
        Tag.IdentityRecorded => new Change.IdentityRecorded((IdentityAct)from.Choice((byte)IdentityAct.AlertReceiverRemoved), from.Id(), from.Text(), from.Text()),
        Tag.ClockSet => new Change.ClockSet(new TenantClock(from.OptionalTime())),
        Tag.SubscriptionSet => new Change.SubscriptionSet(from.Subscription()),
        Tag.UsersSet => from.Users(),
        Tag.UserDeleted => new Change.UserDeleted(from.Number()),
        Tag.GroupSet => new Change.GroupSet(from.Number(), from.Group()),
        Tag.GroupDeleted => new Change.GroupDeleted(from.Number()),
        Tag.MembersAdded => new Change.MembersAdded(from.Number(), from.Indexes(), from.Indexes()),
        Tag.MembersRemoved => new Change.MembersRemoved(from.Number(), from.Indexes(), from.Indexes()),
        Tag.GroupLicensesSet => new Change.GroupLicensesSet(from.Number(), from.Licenses(), from.Licenses()),
        Tag.DirectSet => new Change.DirectSet(from.Indexes(), from.Licenses(), from.Licenses(), from.Times()),
        Tag.SourceSet => from.Source(),
        Tag.GroupProcessed => new Change.GroupProcessed(from.Number(), from.Number(), from.Number()),
        Tag.GroupReprocessAsked => new Change.GroupReprocessAsked(from.Number()),
        Tag.UserWas => new Change.UserWas(from.Number(), from.User()),
        Tag.ReportingSet => new Change.ReportingSet(from.Indexes(), from.Number() is > 0 and int manager ? manager - 1 : null),
        Tag.OwnersAdded => new Change.OwnersAdded(from.Number(), from.Indexes()),
        Tag.OwnersRemoved => new Change.OwnersRemoved(from.Number(), from.Indexes()),
        Tag.RelationsEnded => new Change.RelationsEnded((RelationKind)from.Choice((byte)RelationKind.Owner), from.Number(), from.Indexes(), from.Indexes()),
        Tag.UserToDeletedItems => new Change.UserToDeletedItems(from.Number(), from.Time()),
        Tag.GroupToDeletedItems => new Change.GroupToDeletedItems(from.Number(), from.Time()),
        Tag.UserRestored => new Change.UserRestored(from.Number(), from.User()),
        Tag.GroupRestored => new Change.GroupRestored(from.Number()),
        Tag.DeletedUserSet => new Change.DeletedUserSet(from.Number(), new DeletedUser(
            from.User(), from.Time(), from.Licenses(), from.Indexes(), from.Number() - 1, from.Indexes(), from.Indexes())),
        Tag.DeletedGroupSet => new Change.DeletedGroupSet(from.Number(), new DeletedGroup(
            from.Id(), from.Time(), from.Indexes(), from.Indexes(), from.Indexes(), from.Indexes())),
        Tag.DeletedItemsPurged => new Change.DeletedItemsPurged(from.Indexes(), from.Indexes(), from.Flag()),
        Tag.Earlier => new Change.Earlier(from.Change() is { } fact and not Engine.Change.Earlier ? fact : throw new InvalidDataException("what was is told of something that was")),
        Tag.HoldersCounted => new Change.HoldersCounted(from.Number(), from.Number(), from.Number()),
        Tag.GroupWas => new Change.GroupWas(from.Number(), from.Group()),
        Tag.MembershipProcessed => new Change.MembershipProcessed(from.Number(), from.Time()),
        Tag.TimePassed => new Change.TimePassed(from.Time()),
        Tag tag => from.ChangeOfFleet(tag),
    };

    private static SkuCatalog Catalog(this ref PayloadReader from)
    {
        ServicePlan[] plans = new ServicePlan[from.Count(LeastPlan)];
        for (int i = 0; i < plans.Length; i++)
        {
            plans[i] = new ServicePlan(i, from.Id(), from.Text(), from.Text());
        }

        Sku[] skus = new Sku[from.Count(LeastSku)];
        for (int i = 0; i < skus.Length; i++)
        {
            skus[i] = new Sku(i, from.Id(), from.Text(), from.Text(), from.Indexes());
            foreach (int plan in skus[i].Plans.Span)
            {
                if (plan < 0 || plan >= plans.Length)
                {
                    throw new InvalidDataException("a SKU has a plan that is not in the catalog");
                }
            }
        }

        (PlanRules? rules, string? problem) = PlanRules.Parse(from.Bytes());
        return SkuCatalog.Of(plans, skus, rules ?? throw new InvalidDataException(problem));
    }

    private static TenantSettings Settings(this ref PayloadReader from)
    {
        RetryMode retry = (RetryMode)from.Choice((byte)RetryMode.EntraStrict);
        GroupAtomicity atomicity = (GroupAtomicity)from.Choice((byte)GroupAtomicity.Independent);
        TimeSpan delay = new(from.Signed());
        bool capped = from.Flag();
        long excess = from.Signed();
        TenantSettings settings = new(retry, atomicity, delay, capped ? Whole(excess) : null);
        if (from.Format == Oldest)
        {
            return settings;
        }

        HostKind host = (HostKind)from.Choice((byte)HostKind.Agent);
        FailureRate[] rates = new FailureRate[from.Count(LeastRate)];
        for (int i = 0; i < rates.Length; i++)
        {
            rates[i] = new FailureRate((HostJobKind)from.Choice((byte)HostJobKind.DeleteSnapshot), from.Number());
        }

        return settings with
        {
            Host = host,
            FailureRates = ValueArray.Own(rates),
            SimulatorSeed = Whole(from.Signed()),
            DisconnectedSessions = (DisconnectedSessions)from.Choice((byte)DisconnectedSessions.Released),
            ProfileReset = new TimeSpan(from.Signed()),
            IntelligentPrestart = from.Flag(),
        };
    }

    private static int Whole(long number) =>
        number is >= int.MinValue and <= int.MaxValue ? (int)number : throw new InvalidDataException("a number is out of range");

    private static Change.UsersSet Users(this ref PayloadReader from)
    {
        ValueArray<int> indexes = from.Indexes(from.Left / LeastUser);
        User[] users = new User[indexes.Count];
        for (int i = 0; i < users.Length; i++)
        {
            users[i] = from.User();
        }

        return new Change.UsersSet(indexes, ValueArray.Own(users));
    }

    private static User User(this ref PayloadReader from)
    {
        Guid id = from.Id();
        bool enabled = from.Flag();
        ReadOnlySpan<byte> name = from.Utf8();
        ReadOnlySpan<byte> displayName = from.Utf8();
        bool hasNickname = from.TryName(name, out ReadOnlySpan<byte> nickname);
        string? usageLocation = from.Shared();
        DateTimeOffset created = from.Time();
        from.ReadAttributes(name);
        return Engine.Directory.User.Packed(id, name, displayName, nickname, hasNickname, enabled, usageLocation, created, from.Attributes);
    }

    private static Subscription Subscription(this ref PayloadReader from)
    {
        Subscription subscription = new(
            from.Id(), from.Number(), from.Number(), (SubscriptionStatus)from.Choice((byte)SubscriptionStatus.Deleted), from.Flag(), from.Time());

        // Format 1 knew no owners.
        return from.Format > Oldest && from.Shared() is { } owner ? subscription with { Owner = new SubscriptionOwner(owner, from.OptionalId()) } : subscription;
    }

    private static void ReadAttributes(this ref PayloadReader from, ReadOnlySpan<byte> userPrincipalName)
    {
        for (int left = from.Count(2); left > 0; left--)
        {
            UserAttribute attribute = (UserAttribute)from.Byte();
            ReadOnlySpan<byte> text;
            bool isThere = true;
            switch (KindOf(attribute))
            {
                case TextKind.Own:
                    text = from.Utf8();
                    break;
                case TextKind.Name:
                    isThere = from.TryName(userPrincipalName, out text);
                    break;
                default:
                    isThere = from.TryShared(out text);
                    break;
            }

            if (!isThere)
            {
                throw new InvalidDataException("an attribute has no value");
            }

            from.Attributes.Add(attribute, text);
        }
    }

    private static GroupProfile Group(this ref PayloadReader from)
    {
        Guid id = from.Id();
        string displayName = from.Text();
        string? description = from.OptionalText();
        string? nickname = from.OptionalText();
        bool mail = from.Flag();
        bool security = from.Flag();
        string[] types = new string[from.Count()];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = from.Shared() ?? throw new InvalidDataException("a group type is missing");
        }

        GroupProfile profile = new(id, displayName, description, nickname, mail, security, ValueArray.Own(types), from.Shared(), from.Time());

        // Format 1 knew no rules.
        return from.Format > 1 && from.OptionalText() is { } rule
            ? profile with { MembershipRule = rule, RuleProcessing = from.Flag() ? RuleProcessing.Paused : RuleProcessing.On }
            : profile;
    }

    private static ValueArray<DateTimeOffset> Times(this ref PayloadReader from)
    {
        DateTimeOffset[] times = new DateTimeOffset[from.Count()];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = from.Time();
        }

        return ValueArray.Own(times);
    }

    private static Change.SourceSet Source(this ref PayloadReader from)
    {
        int group = from.Number();
        ValueArray<int> users = from.Indexes();
        LicenseSet applied = from.Licenses();
        DateTimeOffset updated = from.Time();
        Change.SourceSet set = new(group, users, applied, from.Flag() ? from.Trouble() : null, updated);
        return from.Format == Oldest ? set : set with { AppliedBefore = from.Licenses(), ErrorsBefore = from.Errors() };
    }

    private static Trouble Trouble(this ref PayloadReader from)
    {
        WaitingSince since = new(from.Signed(), from.Time());
        return new Trouble(since, from.Errors());
    }

    private static ValueArray<SkuError> Errors(this ref PayloadReader from)
    {
        SkuError[] errors = new SkuError[from.Count(LeastError)];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = new SkuError(from.Number(), (LicenseError)from.Choice((byte)LicenseError.Other));
        }

        return ValueArray.Own(errors);
    }
}
