using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>
/// Lists of groups that people were found to be in lately. Many are in the same groups, and then one list serves all of them. A bounded memory that decides
/// nothing: what it forgot is made again.
/// </summary>
internal sealed class RecentGroups
{
    private const int Places = 1024;

    // Most commands are about few people, who need no memory.
    private const int Few = 8;

    private ValueArray<int>[]? _places;
    private int _asked;

    /// <summary>A list with these groups.</summary>
    public ValueArray<int> Of(ReadOnlySpan<int> groups)
    {
        if (groups.IsEmpty || ++_asked <= Few)
        {
            return ValueArray.Create(groups);
        }

        _places ??= new ValueArray<int>[Places];
        uint hash = (uint)groups.Length;
        foreach (int group in groups)
        {
            hash = unchecked((hash ^ (uint)group) * 0x9E3779B1u);
        }

        ref ValueArray<int> place = ref _places[(hash >> 16) & (Places - 1)];
        return place.Span.SequenceEqual(groups) ? place : place = ValueArray.Create(groups);
    }
}
