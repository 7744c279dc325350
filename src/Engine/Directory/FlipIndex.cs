using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>A time at which a rule comes out differently for a user (B135), in the order in which flips happen.</summary>
/// <param name="At">When.</param>
/// <param name="GroupId">The id of the group that has the rule.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Group">The group's index.</param>
/// <param name="User">The user's index.</param>
internal readonly record struct Flip(DateTimeOffset At, Guid GroupId, Guid UserId, int Group, int User) : IComparable<Flip>
{
    public int CompareTo(Flip other)
    {
        int order = At.CompareTo(other.At);
        order = order != 0 ? order : GroupId.CompareTo(other.GroupId);
        order = order != 0 ? order : UserId.CompareTo(other.UserId);
        order = order != 0 ? order : Group.CompareTo(other.Group);
        return order != 0 ? order : User.CompareTo(other.User);
    }

    public static bool operator <(Flip left, Flip right) => left.CompareTo(right) < 0;

    public static bool operator >(Flip left, Flip right) => left.CompareTo(right) > 0;

    public static bool operator <=(Flip left, Flip right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Flip left, Flip right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// The next flip of every user and every rule that reads <c>system.now</c>, in order, so that nobody looks through users to learn what is due.
/// A tenant without such rules pays nothing.
/// </summary>
internal sealed class FlipIndex
{
    /// <summary>Nothing will be due.</summary>
    public static readonly FlipIndex Empty = new(SortedPages<Flip>.Empty, PagedVector<ValueArray<Flip>>.Empty);

    private readonly PagedVector<ValueArray<Flip>> _ofUser;

    private FlipIndex(SortedPages<Flip> all, PagedVector<ValueArray<Flip>> ofUser)
    {
        All = all;
        _ofUser = ofUser;
    }

    /// <summary>All flips, in order.</summary>
    public SortedPages<Flip> All { get; }

    /// <summary>The time of the first one.</summary>
    public DateTimeOffset? Next => All.Count == 0 ? null : All.First.At;

    /// <summary>Collects changes; one owner, one thread.</summary>
    public sealed class Builder(FlipIndex source)
    {
        private readonly PagedVector<ValueArray<Flip>>.Builder _ofUser = source._ofUser.ToBuilder();
        private readonly List<Flip> _on = [];
        private readonly List<Flip> _off = [];

        /// <summary>Gives a user and a group another next flip, or none.</summary>
        public void Set(int user, int group, Flip? next)
        {
            _ofUser.Grow(user + 1);
            ReadOnlySpan<Flip> before = _ofUser[user].Span;
            List<Flip> after = [];
            foreach (Flip flip in before)
            {
                if (flip.Group != group)
                {
                    after.Add(flip);
                }
                else if (flip == next)
                {
                    return;
                }
                else
                {
                    _off.Add(flip);
                }
            }

            if (next is { } one)
            {
                after.Add(one);
                _on.Add(one);
            }

            if (after.Count != before.Length || next is not null)
            {
                _ofUser[user] = after.Count == 0 ? default : after.ToValueArray();
            }
        }

        /// <summary>Takes every flip of a user away.</summary>
        public void Clear(int user)
        {
            _ofUser.Grow(user + 1);
            _off.AddRange(_ofUser[user]);
            _ofUser[user] = default;
        }

        /// <summary>The flips as they are now. Each pair may have been set once.</summary>
        public FlipIndex Seal()
        {
            _on.Sort();
            _off.Sort();
            return new FlipIndex(
                source.All.Merge(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_on), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_off)),
                _ofUser.Seal());
        }
    }
}
