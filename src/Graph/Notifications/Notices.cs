using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Audit;
using Berth.Graph.Changes;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Graph.Notifications;

/// <summary>Where telling a subscription stands.</summary>
/// <param name="Sequence">The entry of the journal up to which everything was told.</param>
/// <param name="Touch">How many touches of the next entry were told as well.</param>
public readonly record struct NoticePlace(long Sequence, int Touch);

/// <summary>What is sent to a receiver at once.</summary>
/// <param name="Body">The JSON; null when nothing is to be told.</param>
/// <param name="Next">Where it goes on.</param>
/// <param name="IsAtEnd">Whether that is the end of the journal as it was.</param>
public sealed record NoticeBatch(byte[]? Body, NoticePlace Next, bool IsAtEnd);

/// <summary>What of a subscription's life is told to it.</summary>
public enum LifecycleEvent
{
    /// <summary>It ends soon: it must be renewed or reauthorized.</summary>
    ReauthorizationRequired,

    /// <summary>It is gone.</summary>
    SubscriptionRemoved,

    /// <summary>Notifications were given up: the receiver must read for itself what changed.</summary>
    Missed,
}

/// <summary>Makes notifications of entries of the journal (L171, B189).</summary>
public static class Notices
{
    /// <summary>The next notifications of a subscription, in the order in which things happened.</summary>
    public static async Task<NoticeBatch> ReadAsync(TenantDesk desk, ChangeSubscription subscription, NoticePlace from, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        Gathering gathering = new(tenant, subscription);
        NoticePlace next = new(tenant.Version, 0);
        bool isAtEnd = true;
        int entries = 0;
        if (from.Sequence < tenant.Version)
        {
            await foreach (TenantEvent happened in RecentEvents.Of(desk).ReadOnAsync(desk, from.Sequence, tenant.Version, cancel).ConfigureAwait(false))
            {
                int begin = happened.Sequence == from.Sequence + 1 ? from.Touch : 0;
                int? stopped = entries++ == NotificationLimits.ScanEntries ? begin : gathering.Take(happened, begin);
                if (stopped is { } number)
                {
                    (next, isAtEnd) = (new NoticePlace(happened.Sequence - 1, number), false);
                    break;
                }
            }
        }

        if (gathering.IsNameless)
        {
            await DepartedUsers.Of(desk).SearchAsync(desk, from.Sequence + 1, cancel).ConfigureAwait(false);
        }

        Notice[] notices = [.. gathering.Notices(DepartedUsers.Of(desk))];
        return new NoticeBatch(notices.Length == 0 ? null : Write(subscription, tenant.Profile.Id, notices), next, isAtEnd);
    }

    /// <summary>A notification of what becomes of a subscription.</summary>
    public static byte[] Write(ChangeSubscription subscription, Guid tenantId, LifecycleEvent happened)
    {
        using GraphResponse body = GraphResponse.Json(200, (subscription, tenantId, happened), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value"u8);
            json.WriteStartObject();
            Begin(json, s.subscription, s.tenantId);
            json.WriteString("lifecycleEvent"u8, s.happened switch
            {
                LifecycleEvent.ReauthorizationRequired => "reauthorizationRequired"u8,
                LifecycleEvent.SubscriptionRemoved => "subscriptionRemoved"u8,
                LifecycleEvent.Missed => "missed"u8,
            });
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return body.Body.ToArray();
    }

    private static byte[] Write(ChangeSubscription subscription, Guid tenantId, Notice[] notices)
    {
        using GraphResponse body = GraphResponse.Json(200, (subscription, tenantId, notices), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value"u8);
            foreach (Notice notice in s.notices)
            {
                Write(json, s.subscription, s.tenantId, notice);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return body.Body.ToArray();
    }

    // The clientState stands here as it was given: that is how a receiver knows who sends.
    private static void Begin(Utf8JsonWriter json, ChangeSubscription subscription, Guid tenantId)
    {
        json.WriteString("subscriptionId"u8, subscription.Id);
        json.WriteString("subscriptionExpirationDateTime"u8, subscription.ExpiresAt.UtcDateTime);
        json.WriteString("tenantId"u8, tenantId);
        json.WriteString("clientState"u8, subscription.ClientState);
    }

    private static void Write(Utf8JsonWriter json, ChangeSubscription subscription, Guid tenantId, Notice notice)
    {
        string resource = $"{(notice.OfGroup ? "Groups" : "Users")}/{notice.Id}";
        json.WriteStartObject();
        Begin(json, subscription, tenantId);
        json.WriteString("changeType"u8, notice.IsDeletion ? "deleted"u8 : "updated"u8);
        json.WriteString("resource"u8, resource);
        json.WriteStartObject("resourceData"u8);
        json.WriteString("@odata.type"u8, notice.OfGroup ? "#Microsoft.Graph.Group"u8 : "#Microsoft.Graph.User"u8);
        json.WriteString("@odata.id"u8, resource);
        json.WriteString("id"u8, notice.Id);
        json.WriteString("organizationId"u8, tenantId);
        json.WriteNumber("sequenceNumber"u8, notice.Sequence);
        foreach (IGrouping<string, NoticeLink> relation in notice.Links.GroupBy(link => link.Relation))
        {
            json.WriteStartArray(relation.Key);
            foreach (NoticeLink link in relation)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, link.Id);
                if (link.IsRemoved)
                {
                    json.WriteString("@removed"u8, "deleted"u8);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private sealed record Notice(long Sequence, bool OfGroup, Guid Id, bool IsDeletion, IReadOnlyList<NoticeLink> Links);

    private readonly record struct NoticeLink(string Relation, Guid Id, bool IsRemoved);

    /// <summary>Gathers the touches of entries into notifications: one for each object, entry and kind of change, more when it has many members.</summary>
    private sealed class Gathering(Tenant tenant, ChangeSubscription subscription)
    {
        private readonly List<Gathered> _notices = [];
        private readonly Dictionary<(bool OfGroup, int Index, bool IsDeletion), Gathered> _ofEntry = [];
        private readonly int? _only = subscription.Watched is not { Id: { } id } ? null
            : subscription.Watched.Kind == WatchedKind.Users ? tenant.FindUser(id) : tenant.FindGroup(id);

        public bool IsNameless { get; private set; }

        /// <summary>Takes the touches of an entry from a number on; the number of the first one that finds no place any more, or null.</summary>
        public int? Take(TenantEvent happened, int from)
        {
            _ofEntry.Clear();
            foreach ((int number, Touch touch) in new EventTouches(happened).From(from))
            {
                if (!Take(happened.Sequence, touch))
                {
                    return number;
                }
            }

            return null;
        }

        public IEnumerable<Notice> Notices(DepartedUsers departed)
        {
            foreach (Gathered notice in _notices)
            {
                if (IdOf(notice.OfGroup, notice.Index, notice.KnownId, departed) is { } id && (subscription.Watched.Id is null || subscription.Watched.Id == id))
                {
                    yield return new Notice(notice.Sequence, notice.OfGroup, id, notice.IsDeletion, [.. Links(notice, departed)]);
                }
            }
        }

        private bool Take(long sequence, Touch touch)
        {
            WatchedKind kind = subscription.Watched.Kind;
            (bool isWatched, bool ofGroup, bool isDeletion, string? relation) = touch.Kind switch
            {
                TouchKind.UserSet or TouchKind.UserLicenses or TouchKind.ManagerSet => (kind == WatchedKind.Users, false, false, null),
                TouchKind.UserDeleted => (kind == WatchedKind.Users, false, !touch.CanBeRestored, null),
                TouchKind.GroupSet or TouchKind.GroupLicenses => (kind == WatchedKind.Groups, true, false, null),
                TouchKind.GroupDeleted => (kind == WatchedKind.Groups, true, !touch.CanBeRestored, null),
                TouchKind.MemberAdded or TouchKind.MemberRemoved => (kind is WatchedKind.Groups or WatchedKind.Members, true, false, "members@delta"),
                TouchKind.OwnerAdded or TouchKind.OwnerRemoved => (kind is WatchedKind.Groups or WatchedKind.Owners, true, false, "owners@delta"),
            };
            if (!isWatched || !(isDeletion ? subscription.Deleted : subscription.Updated) || IsOther(ofGroup, touch))
            {
                return true;
            }

            if (!_ofEntry.TryGetValue((ofGroup, touch.Subject, isDeletion), out Gathered? notice)
                || (relation is not null && notice.Links.Count == NotificationLimits.NoticeMembers))
            {
                if (_notices.Count == NotificationLimits.BatchNotices)
                {
                    return false;
                }

                notice = new Gathered(sequence, ofGroup, touch.Subject, isDeletion);
                _notices.Add(notice);
                _ofEntry[(ofGroup, touch.Subject, isDeletion)] = notice;
            }

            notice.KnownId ??= ofGroup ? null : touch.UserIs?.Id ?? touch.UserWas?.Id;
            IsNameless |= !ofGroup && notice.KnownId is null && !tenant.TryGetUser(touch.Subject, out _);
            if (relation is not null)
            {
                notice.Links.Add((relation, touch.Related, touch.OfGroup, touch.Kind is TouchKind.MemberRemoved or TouchKind.OwnerRemoved));
                IsNameless |= !touch.OfGroup && !tenant.TryGetUser(touch.Related, out _);
            }

            return true;
        }

        // What is certainly another object needs no name. One that is gone has no index, and is known by its name only.
        private bool IsOther(bool ofGroup, Touch touch) => _only switch
        {
            null => false,
            >= 0 => _only != touch.Subject,
            _ => ofGroup ? tenant.Groups[touch.Subject].Id != subscription.Watched.Id : tenant.TryGetUser(touch.Subject, out _),
        };

        private IEnumerable<NoticeLink> Links(Gathered notice, DepartedUsers departed)
        {
            foreach ((string relation, int index, bool ofGroup, bool isRemoved) in notice.Links)
            {
                if (IdOf(ofGroup, index, null, departed) is { } id)
                {
                    yield return new NoticeLink(relation, id, isRemoved);
                }
            }
        }

        private Guid? IdOf(bool ofGroup, int index, Guid? known, DepartedUsers departed) =>
            ofGroup ? tenant.Groups[index].Id
            : known ?? (tenant.TryGetUser(index, out Engine.Directory.User? user) ? user.Id : departed[index]?.Id);
    }

    private sealed class Gathered(long sequence, bool ofGroup, int index, bool isDeletion)
    {
        public long Sequence { get; } = sequence;

        public bool OfGroup { get; } = ofGroup;

        public int Index { get; } = index;

        public bool IsDeletion { get; } = isDeletion;

        public Guid? KnownId { get; set; }

        public List<(string Relation, int Index, bool OfGroup, bool IsRemoved)> Links { get; } = [];
    }
}
