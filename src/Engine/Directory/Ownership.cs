using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>Which groups a user owns (B143); the owners stand with the group. It grows with the users who own one: a directory without owners pays nothing.</summary>
internal sealed class Ownership
{
    /// <summary>Nobody owns anything.</summary>
    public static readonly Ownership Nothing = new(PagedVector<ValueArray<int>>.Empty);

    private readonly PagedVector<ValueArray<int>> _groups;

    private Ownership(PagedVector<ValueArray<int>> groups) => _groups = groups;

    /// <summary>Indexes of the groups a user owns, ascending.</summary>
    public ValueArray<int> Of(int user) => user < _groups.Count ? _groups[user] : [];

    /// <summary>Collects changes; one owner, one thread.</summary>
    public sealed class Builder(Ownership source)
    {
        private readonly PagedVector<ValueArray<int>>.Builder _groups = source._groups.ToBuilder();

        /// <summary>Indexes of the groups a user owns so far, ascending.</summary>
        public ValueArray<int> Of(int user) => user < _groups.Count ? _groups[user] : [];

        /// <summary>A user owns a group.</summary>
        public void Add(int user, int group)
        {
            _groups.Grow(user + 1);
            _groups[user] = _groups[user].Append(group).Distinct().Order().ToValueArray();
        }

        /// <summary>A user does not own a group any more.</summary>
        public void Remove(int user, int group)
        {
            if (user < _groups.Count)
            {
                _groups[user] = _groups[user].Where(one => one != group).ToValueArray();
            }
        }

        /// <summary>What everybody owns now.</summary>
        public Ownership Seal() => new(_groups.Seal());
    }
}
