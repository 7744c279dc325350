using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Writes changes; <see cref="ChangeReader"/> is its mirror.</summary>
internal static class ChangeWriter
{
    public static void Write(this PayloadWriter to, Change change)
    {
        switch (change)
        {
            case Change.TenantCreated created:
                to.Begin(Tag.TenantCreated);
                to.Id(created.Profile.Id);
                to.Text(created.Profile.DisplayName);
                to.Text(created.Profile.Domain);
                to.Text(created.Profile.Country);
                to.Byte((byte)created.Profile.Kind);
                to.Time(created.Profile.CreatedAt);
                break;
            case Change.CatalogSet set:
                to.Begin(Tag.CatalogSet);
                to.Catalog(set.Catalog);
                break;
            case Change.SettingsSet set:
                to.Begin(Tag.SettingsSet);
                to.Byte((byte)set.Settings.Retry);
                to.Byte((byte)set.Settings.GroupAtomicity);
                to.Signed(set.Settings.ProvisioningDelay.Ticks);
                to.Flag(set.Settings.BufferExcess is not null);
                to.Signed(set.Settings.BufferExcess ?? 0);
                to.Byte((byte)set.Settings.Host);
                to.Count(set.Settings.FailureRates.Count);
                foreach (FailureRate rate in set.Settings.FailureRates)
                {
                    to.Byte((byte)rate.Kind);
                    to.Count(rate.PerMillion);
                }

                to.Signed(set.Settings.SimulatorSeed);
                to.Byte((byte)set.Settings.DisconnectedSessions);
                to.Signed(set.Settings.ProfileReset.Ticks);
                to.Flag(set.Settings.IntelligentPrestart);
                break;
            case Change.ClockSet set:
                to.Begin(Tag.ClockSet);
                to.Time(set.Clock.FrozenAt);
                break;
            case Change.SubscriptionSet set:
                to.Begin(Tag.SubscriptionSet);
                to.Id(set.Subscription.Id);
                to.Count(set.Subscription.Sku);
                to.Count(set.Subscription.Units);
                to.Byte((byte)set.Subscription.Status);
                to.Flag(set.Subscription.IsTrial);
                to.Time(set.Subscription.CreatedAt);
                to.Shared(set.Subscription.Owner?.Type);
                if (set.Subscription.Owner is { } owner)
                {
                    to.Id(owner.Id);
                }

                break;
            case Change.UsersSet set:
                to.Begin(Tag.UsersSet);
                to.Indexes(set.Indexes);
                foreach (User user in set.Users.Span)
                {
                    to.User(user);
                }

                break;
            case Change.UserDeleted deleted:
                to.Begin(Tag.UserDeleted);
                to.Count(deleted.User);
                break;
            case Change.GroupSet set:
                to.Begin(Tag.GroupSet);
                to.Count(set.Group);
                to.Group(set.Profile);
                break;
            case Change.GroupDeleted deleted:
                to.Begin(Tag.GroupDeleted);
                to.Count(deleted.Group);
                break;
            case Change.MembersAdded added:
                to.Begin(Tag.MembersAdded);
                to.Count(added.Group);
                to.Indexes(added.Users);
                to.Indexes(added.Groups);
                break;
            case Change.MembersRemoved removed:
                to.Begin(Tag.MembersRemoved);
                to.Count(removed.Group);
                to.Indexes(removed.Users);
                to.Indexes(removed.Groups);
                break;
            case Change.GroupLicensesSet set:
                to.Begin(Tag.GroupLicensesSet);
                to.Count(set.Group);
                to.Licenses(set.Before);
                to.Licenses(set.After);
                break;
            case Change.DirectSet set:
                to.Begin(Tag.DirectSet);
                to.Indexes(set.Users);
                to.Licenses(set.Before);
                to.Licenses(set.After);
                to.Count(set.UpdatedAt.Count);
                foreach (DateTimeOffset time in set.UpdatedAt.Span)
                {
                    to.Time(time);
                }

                break;
            case Change.SourceSet set:
                to.Begin(Tag.SourceSet);
                to.Count(set.Group);
                to.Indexes(set.Users);
                to.Licenses(set.Applied);
                to.Time(set.UpdatedAt);
                to.Flag(set.Trouble is not null);
                if (set.Trouble is { } trouble)
                {
                    to.Trouble(trouble);
                }

                to.Licenses(set.AppliedBefore);
                to.Errors(set.ErrorsBefore);
                break;
            case Change.HoldersCounted counted:
                to.Begin(Tag.HoldersCounted);
                to.Count(counted.Sku);
                to.Count(counted.Before);
                to.Count(counted.After);
                break;
            case Change.Earlier was:
                to.Begin(Tag.Earlier);
                to.Write(was.Fact);
                break;
            case Change.GroupProcessed processed:
                to.Begin(Tag.GroupProcessed);
                to.Count(processed.Group);
                to.Count(processed.Succeeded);
                to.Count(processed.Failed);
                break;
            case Change.GroupReprocessAsked asked:
                to.Begin(Tag.GroupReprocessAsked);
                to.Count(asked.Group);
                break;
            case Change.UserWas was:
                to.Begin(Tag.UserWas);
                to.Count(was.User);
                to.User(was.Was);
                break;
            case Change.ReportingSet set:
                to.Begin(Tag.ReportingSet);
                to.Indexes(set.Users);
                to.Count(set.Manager is { } manager ? manager + 1 : 0);
                break;
            case Change.OwnersAdded added:
                to.Begin(Tag.OwnersAdded);
                to.Count(added.Group);
                to.Indexes(added.Users);
                break;
            case Change.OwnersRemoved removed:
                to.Begin(Tag.OwnersRemoved);
                to.Count(removed.Group);
                to.Indexes(removed.Users);
                break;
            case Change.RelationsEnded ended:
                to.Begin(Tag.RelationsEnded);
                to.Byte((byte)ended.Kind);
                to.Count(ended.Of);
                to.Indexes(ended.Users);
                to.Indexes(ended.Groups);
                break;
            case Change.UserToDeletedItems deleted:
                to.Begin(Tag.UserToDeletedItems);
                to.Count(deleted.User);
                to.Time(deleted.At);
                break;
            case Change.GroupToDeletedItems deleted:
                to.Begin(Tag.GroupToDeletedItems);
                to.Count(deleted.Group);
                to.Time(deleted.At);
                break;
            case Change.UserRestored restored:
                to.Begin(Tag.UserRestored);
                to.Count(restored.User);
                to.User(restored.Restored);
                break;
            case Change.GroupRestored restored:
                to.Begin(Tag.GroupRestored);
                to.Count(restored.Group);
                break;
            case Change.DeletedUserSet set:
                to.Begin(Tag.DeletedUserSet);
                to.Count(set.User);
                to.User(set.Item.User);
                to.Time(set.Item.DeletedAt);
                to.Licenses(set.Item.Direct);
                to.Indexes(set.Item.Groups);
                to.Count(set.Item.Manager + 1);
                to.Indexes(set.Item.Reports);
                to.Indexes(set.Item.Owned);
                break;
            case Change.DeletedGroupSet set:
                to.Begin(Tag.DeletedGroupSet);
                to.Count(set.Group);
                to.Id(set.Item.Id);
                to.Time(set.Item.DeletedAt);
                to.Indexes(set.Item.Members);
                to.Indexes(set.Item.MemberGroups);
                to.Indexes(set.Item.Parents);
                to.Indexes(set.Item.Owners);
                break;
            case Change.DeletedItemsPurged purged:
                to.Begin(Tag.DeletedItemsPurged);
                to.Indexes(purged.Users);
                to.Indexes(purged.Groups);
                to.Flag(purged.Over);
                break;
            case Change.GroupWas was:
                to.Begin(Tag.GroupWas);
                to.Count(was.Group);
                to.Group(was.Was);
                break;
            case Change.MembershipProcessed processed:
                to.Begin(Tag.MembershipProcessed);
                to.Count(processed.Group);
                to.Time(processed.At);
                break;
            case Change.TimePassed passed:
                to.Begin(Tag.TimePassed);
                to.Time(passed.To);
                break;
            case Change.IdentityRecorded recorded:
                to.Begin(Tag.IdentityRecorded);
                to.Byte((byte)recorded.Act);
                to.Id(recorded.Target);
                to.Text(recorded.Name);
                to.Text(recorded.Detail);
                break;
            default:
                to.WriteOfFleet(change);
                break;
        }
    }

    internal static void Begin(this PayloadWriter to, Tag tag) => to.Byte((byte)tag);

    private static void Catalog(this PayloadWriter to, SkuCatalog catalog)
    {
        to.Count(catalog.Plans.Count);
        foreach (ServicePlan plan in catalog.Plans.Span)
        {
            to.Id(plan.Id);
            to.Text(plan.Name);
            to.Text(plan.FriendlyName);
        }

        to.Count(catalog.Skus.Count);
        foreach (Sku sku in catalog.Skus.Span)
        {
            to.Id(sku.Id);
            to.Text(sku.PartNumber);
            to.Text(sku.ProductName);
            to.Indexes(sku.Plans);
        }

        to.Bytes(catalog.Rules.ToJson());
    }

    private static void User(this PayloadWriter to, User user)
    {
        to.Id(user.Id);
        to.Flag(user.AccountEnabled);
        ReadOnlySpan<byte> name = user.UserPrincipalNameUtf8().Bytes;
        to.Text(user.UserPrincipalNameUtf8());
        to.Text(user.DisplayNameUtf8());
        to.Name(user.MailNicknameUtf8(), name);
        to.Shared(user.UsageLocation);
        to.Time(user.CreatedAt);
        to.Count(user.Attributes.Count);
        foreach ((UserAttribute attribute, Utf8Text text) in user.Attributes)
        {
            to.Byte((byte)attribute);
            switch (KindOf(attribute))
            {
                case TextKind.Own:
                    to.Text(text);
                    break;
                case TextKind.Name:
                    to.Name(text, name);
                    break;
                case TextKind.Shared:
                    to.Shared(text);
                    break;
            }
        }
    }

    private static void Group(this PayloadWriter to, GroupProfile profile)
    {
        to.Id(profile.Id);
        to.Text(profile.DisplayName);
        to.Text(profile.Description);
        to.Text(profile.MailNickname);
        to.Flag(profile.MailEnabled);
        to.Flag(profile.SecurityEnabled);
        to.Count(profile.GroupTypes.Count);
        foreach (string type in profile.GroupTypes.Span)
        {
            to.Shared(type);
        }

        to.Shared(profile.Visibility);
        to.Time(profile.CreatedAt);
        to.Text(profile.MembershipRule);
        if (profile.MembershipRule is not null)
        {
            to.Flag(profile.RuleProcessing == RuleProcessing.Paused);
        }
    }

    private static void Trouble(this PayloadWriter to, Trouble trouble)
    {
        to.Signed(trouble.Since.Sequence);
        to.Time(trouble.Since.At);
        to.Errors(trouble.Errors);
    }

    private static void Errors(this PayloadWriter to, ValueArray<SkuError> errors)
    {
        to.Count(errors.Count);
        foreach (SkuError error in errors.Span)
        {
            to.Count(error.Sku);
            to.Byte((byte)error.Error);
        }
    }
}
