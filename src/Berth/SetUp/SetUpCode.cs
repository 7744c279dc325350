using System.Security.Cryptography;
using System.Text;

namespace Berth.SetUp;

/// <summary>
/// The code that an empty installation shows on its console: whoever can read the console may create the first tenant, once.
/// A new one is made at every start until then.
/// </summary>
internal sealed class SetUpCode
{
    /// <summary>Wrong codes after which only a restart helps.</summary>
    public const int MostAttempts = 10;

    // Crockford's alphabet without vowels: nothing to misread, no words. 20 characters are 86 bits.
    private const string Alphabet = "0123456789BCDFGHJKMNPQRSTVWXYZ";
    private const int Characters = 20;
    private const int GroupLength = 5;

    private readonly Lock _lock = new();
    private readonly byte[] _hash;
    private int _wrong;
    private bool _inUse;
    private bool _used;

    public SetUpCode()
    {
        string code = RandomNumberGenerator.GetString(Alphabet, Characters);
        Text = string.Join('-', code.Chunk(GroupLength).Select(group => new string(group)));
        _hash = Hash(Text);
    }

    /// <summary>The code as people read and type it.</summary>
    public string Text { get; }

    /// <summary>What became of an attempt to use the code.</summary>
    public enum Attempt
    {
        /// <summary>Right: the caller alone may go on, and says how it went with <see cref="Finish"/>.</summary>
        Taken,

        /// <summary>Wrong.</summary>
        Wrong,

        /// <summary>Too many were wrong.</summary>
        Locked,

        /// <summary>The code was used, or somebody is using it.</summary>
        Used,
    }

    /// <summary>Tries a code; compares in time that does not tell how much of it is right.</summary>
    public Attempt Try(string code)
    {
        lock (_lock)
        {
            if (_used || _inUse)
            {
                return Attempt.Used;
            }

            if (_wrong >= MostAttempts)
            {
                return Attempt.Locked;
            }

            if (!CryptographicOperations.FixedTimeEquals(Hash(code), _hash))
            {
                _wrong++;
                return Attempt.Wrong;
            }

            _inUse = true;
            return Attempt.Taken;
        }
    }

    /// <summary>Ends the use of the code; when it came to nothing (a refused domain, say) the code is good again.</summary>
    public void Finish(bool done)
    {
        lock (_lock)
        {
            _inUse = false;
            _used = done;
        }
    }

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant()));
}
