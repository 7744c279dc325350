namespace Berth.Engine.Licensing;

/// <summary>One way in which licenses turn, and what is the same for everybody whose licenses turn so.</summary>
/// <param name="before">What they had: the very object.</param>
/// <param name="after">What they have now.</param>
/// <param name="lost">SKUs of which each gives a seat back.</param>
/// <param name="gained">SKUs of which each takes a seat.</param>
/// <param name="isOfCloudPcs">Whether the plans that give Cloud PCs are others now.</param>
internal sealed class LicenseTurn(UserLicenses before, UserLicenses after, int[] lost, int[] gained, bool isOfCloudPcs)
{
    public UserLicenses Before { get; } = before;

    public UserLicenses After { get; } = after;

    public int[] Lost { get; } = lost;

    public int[] Gained { get; } = gained;

    public bool IsOfCloudPcs { get; } = isOfCloudPcs;

    /// <summary>Users who turned so in one sweep.</summary>
    public int Users { get; set; }
}

/// <summary>What becomes of licenses that were met lately in one sweep over many users: few ways, because people of a group mostly have one of a few things. What it forgot is found anew.</summary>
internal sealed class KnownTurns
{
    /// <summary>Fewer users than this are quicker one by one.</summary>
    public const int Worth = 2;

    private const int Kept = 4;

    private readonly LicenseTurn[] _turns = new LicenseTurn[Kept];
    private int _count;
    private int _next;

    public ReadOnlySpan<LicenseTurn> All => _turns.AsSpan(0, _count);

    public bool Any => _count > 0;

    /// <summary>What becomes of these very licenses, or null.</summary>
    public LicenseTurn? Find(UserLicenses before)
    {
        foreach (LicenseTurn turn in All)
        {
            if (ReferenceEquals(turn.Before, before))
            {
                return turn;
            }
        }

        return null;
    }

    /// <summary>Keeps a way, in place of the one that was learned first when there are many.</summary>
    public void Add(LicenseTurn turn)
    {
        _turns[_next] = turn;
        _count = Math.Max(_count, _next + 1);
        _next = (_next + 1) % Kept;
    }

    /// <summary>Begins to count users anew.</summary>
    public void Clear()
    {
        foreach (LicenseTurn turn in All)
        {
            turn.Users = 0;
        }
    }
}
