using System.Runtime.CompilerServices;

namespace Berth.Engine.Licensing;

/// <summary>
/// What came of licenses that were met lately. People who get the same thing mostly had one of a few things before; what they have then is one object for all of
/// them, made once. A bounded memory that decides nothing: what it forgot is made again.
/// </summary>
/// <typeparam name="TQuestion">What was asked of the licenses.</typeparam>
internal sealed class RecentLicenses<TQuestion>
{
    private const int Places = 256;

    // Most commands are about few people, who need no more than the last.
    private const int Few = 8;

    private (UserLicenses Before, TQuestion Question, UserLicenses After)? _last;
    private (UserLicenses Before, TQuestion Question, UserLicenses After)?[]? _places;
    private int _kept;

    /// <summary>What came of these very licenses for an equal question, or null.</summary>
    public UserLicenses? Find(UserLicenses before, TQuestion question)
    {
        return _last is { } last && Fits(last.Before, last.Question) ? last.After
            : _places?[PlaceOf(before)] is { } place && Fits(place.Before, place.Question) ? place.After
            : null;

        bool Fits(UserLicenses kept, TQuestion asked) => ReferenceEquals(kept, before) && EqualityComparer<TQuestion>.Default.Equals(asked, question);
    }

    /// <summary>Remembers what came of licenses, in place of something else.</summary>
    public UserLicenses Keep(UserLicenses before, TQuestion question, UserLicenses after)
    {
        _last = (before, question, after);
        if (++_kept > Few)
        {
            _places ??= new (UserLicenses, TQuestion, UserLicenses)?[Places];
            _places[PlaceOf(before)] = _last;
        }

        return after;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _last = null;
        Array.Clear(_places ?? []);
    }

    private static int PlaceOf(UserLicenses before) => RuntimeHelpers.GetHashCode(before) & (Places - 1);
}
