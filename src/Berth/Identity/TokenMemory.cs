using System.Collections.Concurrent;

namespace Berth.Identity;

/// <summary>
/// Good tokens by their hash, in two generations: when the young one is full it becomes the old one and the old one goes. A token in use
/// moves back to the young one, so the bound costs nobody a look at every entry. Only good tokens come in: nobody can fill it from outside.
/// </summary>
internal sealed class TokenMemory(TimeProvider time)
{
    /// <summary>The most tokens remembered.</summary>
    public const int MostTokens = 16_384;

    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<TokenHash, GoodToken> _young = new();
    private volatile ConcurrentDictionary<TokenHash, GoodToken> _old = new();

    /// <summary>Tokens remembered now.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The token of a hash, or null; it may have ended.</summary>
    public GoodToken? Find(TokenHash hash)
    {
        if (_young.TryGetValue(hash, out GoodToken? found))
        {
            return found;
        }

        if (_old.TryRemove(hash, out found))
        {
            Add(hash, found);
        }

        return found;
    }

    /// <summary>Remembers a token.</summary>
    public void Add(TokenHash hash, GoodToken token)
    {
        if (token.Ends <= time.GetUtcNow())
        {
            return;
        }

        lock (_turning)
        {
            if (_young.Count >= MostTokens / 2)
            {
                _old = _young;
                _young = new ConcurrentDictionary<TokenHash, GoodToken>();
            }

            _young[hash] = token;
        }
    }
}
