using System.Runtime.CompilerServices;
using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>One way in which licenses turn, and what is the same for everybody whose licenses turn so.</summary>
/// <param name="before">What they had: the very object.</param>
/// <param name="after">What they have now.</param>
/// <param name="lost">SKUs of which each gives a seat back, ascending.</param>
/// <param name="gained">SKUs of which each takes a seat, ascending.</param>
/// <param name="isOfCloudPcs">Whether the plans that give Cloud PCs are others now.</param>
internal sealed class LicenseTurn(UserLicenses before, UserLicenses after, int[] lost, int[] gained, bool isOfCloudPcs)
{
    public UserLicenses Before { get; } = before;

    public UserLicenses After { get; } = after;

    public int[] Lost { get; } = lost;

    public int[] Gained { get; } = gained;

    public bool IsOfCloudPcs { get; } = isOfCloudPcs;

    /// <summary>Users who turned so in the sweep that is under way.</summary>
    public int Users { get; set; }

    /// <summary>The lists that a user who turned so comes into when the command is over; null while that is not known, or never the same.</summary>
    public IndexRuns[]? Lists { get; set; }
}

/// <summary>Ways in which licenses turned lately: many people turn in few. A bounded memory that decides nothing: what it forgot is found anew.</summary>
internal sealed class LicenseTurns
{
    /// <summary>Fewer users than this are not worth a sweep.</summary>
    public const int Worth = 2;

    private const int Few = 4;
    private const int Places = 256;

    private readonly LicenseTurn[] _few = new LicenseTurn[Few];
    private LicenseTurn?[]? _places;
    private int _count;

    public bool Any => _count > 0;

    /// <summary>What becomes of these very licenses, or null.</summary>
    public LicenseTurn? Find(UserLicenses before)
    {
        foreach (LicenseTurn turn in _few.AsSpan(0, _count))
        {
            if (ReferenceEquals(turn.Before, before))
            {
                return turn;
            }
        }

        return _places?[PlaceOf(before)] is { } place && ReferenceEquals(place.Before, before) ? place : null;
    }

    /// <summary>The way from these very licenses to those, or null.</summary>
    public LicenseTurn? Find(UserLicenses before, UserLicenses after)
    {
        foreach (LicenseTurn turn in _few.AsSpan(0, _count))
        {
            if (ReferenceEquals(turn.Before, before) && ReferenceEquals(turn.After, after))
            {
                return turn;
            }
        }

        return _places?[PlaceOf(before)] is { } place && ReferenceEquals(place.Before, before) && ReferenceEquals(place.After, after) ? place : null;
    }

    /// <summary>Keeps a way, perhaps in place of another.</summary>
    public LicenseTurn Keep(LicenseTurn turn)
    {
        if (_count < Few)
        {
            _few[_count++] = turn;
        }
        else
        {
            (_places ??= new LicenseTurn?[Places])[PlaceOf(turn.Before)] = turn;
        }

        return turn;
    }

    private static int PlaceOf(UserLicenses before) => RuntimeHelpers.GetHashCode(before) & (Places - 1);
}
