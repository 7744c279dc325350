using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>What facts were before they change (B522): what undo needs and the change itself does not say.</content>
internal sealed partial class Draft
{
    private void NoteWhatWas(Change change)
    {
        switch (change)
        {
            case Change.SettingsSet:
                Note(new Change.Earlier(new Change.SettingsSet(Settings)));
                break;
            case Change.SubscriptionSet { Subscription.Id: var id }:
                NoteIf(Subscriptions.FirstOrDefault(one => one.Id == id), static before => new Change.SubscriptionSet(before));
                break;
            case Change.PolicySet set:
                NoteIf(Fleet.Policies.GetValueOrDefault(set.Index), before => new Change.PolicySet(set.Index, before));
                break;
            case Change.PolicyDeleted deleted:
                NoteIf(Fleet.Policies.GetValueOrDefault(deleted.Index), before => new Change.PolicySet(deleted.Index, before));
                break;
            case Change.UserSettingSet { Setting.Id: var id }:
                NoteIf(Fleet.UserSettings.GetValueOrDefault(id), static before => new Change.UserSettingSet(before));
                break;
            case Change.UserSettingDeleted deleted:
                NoteIf(Fleet.UserSettings.GetValueOrDefault(deleted.Id), static before => new Change.UserSettingSet(before));
                break;
            case Change.OrganizationSettingsSet:
                Note(new Change.Earlier(new Change.OrganizationSettingsSet(Fleet.Organization)));
                break;
            case Change.GroupDeleted deleted:
                Group group = Group(deleted.Group);
                Note(new Change.GroupWas(deleted.Group, group.Profile));
                if (group.Members.Count + group.MemberGroups.Count > 0)
                {
                    Note(new Change.Earlier(new Change.MembersAdded(deleted.Group, group.Members.ToArray().ToValueArray(), group.MemberGroups)));
                }

                if (group.Owners.Count > 0)
                {
                    Note(new Change.Earlier(new Change.OwnersAdded(deleted.Group, group.Owners)));
                }

                break;
        }
    }

    private void NoteIf<T>(T? before, Func<T, Change> fact)
        where T : class
    {
        if (before is not null)
        {
            Note(new Change.Earlier(fact(before)));
        }
    }
}
