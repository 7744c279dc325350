using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>Which Cloud PCs a user has, by their indexes. Nearly everybody has none or one: that costs four bytes and no object.</summary>
internal sealed class RowsOfUsers
{
    public static readonly RowsOfUsers Empty = new(PagedVector<int>.Empty, ImmutableDictionary<int, ValueArray<int>>.Empty);

    private const int Several = -1;

    // By user: the only row, plus 1.
    private readonly PagedVector<int> _only;
    private readonly ImmutableDictionary<int, ValueArray<int>> _several;

    private RowsOfUsers(PagedVector<int> only, ImmutableDictionary<int, ValueArray<int>> several)
    {
        _only = only;
        _several = several;
    }

    /// <summary>The rows of a user, ascending; none for nobody.</summary>
    public ValueArray<int> Of(int user) => user < 0 || user >= _only.Count ? [] : _only[user] switch
    {
        0 => [],
        Several => _several[user],
        int one => [one - 1],
    };

    public Builder ToBuilder() => new(this);

    /// <summary>Collects changes; one owner, one thread.</summary>
    internal sealed class Builder(RowsOfUsers source)
    {
        private readonly PagedVector<int>.Builder _only = source._only.ToBuilder();
        private ImmutableDictionary<int, ValueArray<int>> _several = source._several;

        public ValueArray<int> Of(int user) => user < 0 || user >= _only.Count ? [] : _only[user] switch
        {
            0 => [],
            Several => _several[user],
            int one => [one - 1],
        };

        /// <summary>Gives a user a row; nothing happens when it is nobody's.</summary>
        public void Add(int user, int row)
        {
            if (user == CloudPc.Nobody)
            {
                return;
            }

            _only.Grow(user + 1);
            if (_only[user] == 0)
            {
                _only[user] = row + 1;
            }
            else if (Of(user) is var rows && !rows.Span.Contains(row))
            {
                _only[user] = Several;
                _several = _several.SetItem(user, rows.Append(row).Order().ToValueArray());
            }
        }

        /// <summary>Takes a row from a user.</summary>
        public void Remove(int user, int row)
        {
            if (user == CloudPc.Nobody)
            {
                return;
            }

            ValueArray<int> left = Of(user).Where(one => one != row).ToValueArray();
            if (left.Count > 1)
            {
                _several = _several.SetItem(user, left);
            }
            else
            {
                _only[user] = left.Count == 0 ? 0 : left[0] + 1;
                _several = _several.Remove(user);
            }
        }

        public RowsOfUsers Seal() => new(_only.Seal(), _several);
    }
}
