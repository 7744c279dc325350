using System.Buffers.Text;
using System.Security.Cryptography;

namespace Berth.Identity;

/// <summary>What a person granted on a page and the program has not fetched yet.</summary>
/// <param name="App">The program.</param>
/// <param name="Person">Who granted it.</param>
/// <param name="Asked">What it asked for.</param>
/// <param name="RedirectUri">Where the code was sent.</param>
/// <param name="Challenge">The S256 challenge that the program must meet, or null (RFC 7636).</param>
/// <param name="Nonce">Goes into the id token.</param>
/// <param name="Ends">The first moment at which it is no longer good.</param>
internal sealed record GrantedCode(
    AppRegistration App, SignedInPerson Person, AskedScopes Asked, string RedirectUri, string? Challenge, string? Nonce, DateTimeOffset Ends);

/// <summary>Authorization codes that wait to be redeemed, once, in memory: a restart forgets them, and people sign in again (B208).</summary>
internal sealed class AuthorizationCodes(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GrantedCode?> _codes = new(StringComparer.Ordinal);
    private readonly Queue<(string Code, DateTimeOffset Ends)> _order = [];

    private const int CodeBytes = 32;
    private const int TenantBytes = 16;

    /// <summary>The tenant that a code names, whether or not there ever was such a code; null when it is none.</summary>
    public static Guid? TenantOf(string code) =>
        code.Length == Base64Url.GetEncodedLength(TenantBytes + CodeBytes) && Base64Url.IsValid(code) ? new Guid(Base64Url.DecodeFromChars(code).AsSpan(0, TenantBytes)) : null;

    /// <summary>A new code.</summary>
    public string Add(GrantedCode granted)
    {
        // It begins with the tenant, so that every node of a cluster knows where it is redeemed (B718).
        string code = Base64Url.EncodeToString([.. granted.Person.TenantId.ToByteArray(), .. RandomNumberGenerator.GetBytes(CodeBytes)]);
        lock (_lock)
        {
            while (_order.TryPeek(out (string Code, DateTimeOffset Ends) oldest) && (_order.Count >= IdentityLimits.AuthorizationCodes || oldest.Ends <= time.GetUtcNow()))
            {
                _codes.Remove(_order.Dequeue().Code);
            }

            _codes[code] = granted;
            _order.Enqueue((code, granted.Ends));
        }

        return code;
    }

    /// <summary>Takes a code. A second time it is known as used until it would have ended.</summary>
    public (GrantedCode? Granted, TokenRefusal? Refusal) Take(string code)
    {
        lock (_lock)
        {
            if (!_codes.TryGetValue(code, out GrantedCode? granted))
            {
                return (null, new TokenRefusal(TokenRefusalCode.GrantInvalid));
            }

            if (granted is null)
            {
                return (null, new TokenRefusal(TokenRefusalCode.CodeUsed));
            }

            _codes[code] = null;
            return time.GetUtcNow() < granted.Ends ? (granted, null) : (null, new TokenRefusal(TokenRefusalCode.CodeExpired));
        }
    }
}

/// <summary>A device that waits for a person to type its code (RFC 8628).</summary>
/// <param name="DeviceCode">What the device knows itself by.</param>
/// <param name="UserCode">What the person types.</param>
/// <param name="App">The program.</param>
/// <param name="Asked">What it asked for.</param>
/// <param name="Ends">The first moment at which it is no longer good.</param>
internal sealed record WaitingDevice(string DeviceCode, string UserCode, AppRegistration App, AskedScopes Asked, DateTimeOffset Ends)
{
    /// <summary>Who signed in for it.</summary>
    public SignedInPerson? Person { get; init; }

    /// <summary>Whether the person said no.</summary>
    public bool IsDeclined { get; init; }

    /// <summary>How long it has to wait between two questions; longer each time that it did not (RFC 8628, 3.5).</summary>
    public TimeSpan Interval { get; init; } = IdentityLimits.DeviceInterval;

    /// <summary>When it asked last.</summary>
    public DateTimeOffset AskedAt { get; init; } = DateTimeOffset.MinValue;
}

/// <summary>Devices that wait, in memory (B207). For any number of threads.</summary>
internal sealed class WaitingDevices(TimeProvider time)
{
    // Nothing to misread and no words: 9 of 27 are 42 bits, and wrong ones are counted.
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXYZ346789";
    private const int Characters = 9;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WaitingDevice> _byDevice = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byUser = new(StringComparer.Ordinal);
    private int _wrong;
    private DateTimeOffset _wrongSince;

    /// <summary>A new device, or null when too many wait.</summary>
    public WaitingDevice? Add(AppRegistration app, AskedScopes asked)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (WaitingDevice over in _byDevice.Values.Where(device => device.Ends <= now).ToArray())
            {
                Remove(over);
            }

            if (_byDevice.Count >= IdentityLimits.DeviceCodes)
            {
                return null;
            }

            string userCode;
            do
            {
                userCode = RandomNumberGenerator.GetString(Alphabet, Characters);
            }
            while (_byUser.ContainsKey(userCode));

            WaitingDevice device = new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), userCode, app, asked, now + IdentityLimits.DeviceCode);
            _byDevice[device.DeviceCode] = device;
            _byUser[userCode] = device.DeviceCode;
            return device;
        }
    }

    /// <summary>The device of a typed code, whatever its case and blanks; null when there is none, or too many wrong codes were typed.</summary>
    public WaitingDevice? FindByUserCode(string typed)
    {
        lock (_lock)
        {
            if (IsClosed)
            {
                return null;
            }

            WaitingDevice? found = Waiting(typed);
            _wrong += found is null ? 1 : 0;
            return found;
        }
    }

    /// <summary>Whether a device waits here for a typed code, or not, or nobody is to know because too many wrong ones were typed: null. It counts as no attempt.</summary>
    public bool? Knows(string typed)
    {
        lock (_lock)
        {
            return IsClosed ? null : Waiting(typed) is not null;
        }
    }

    /// <summary>Somebody signed in for a device, or said no.</summary>
    public void Answer(WaitingDevice device, SignedInPerson? person)
    {
        lock (_lock)
        {
            if (_byDevice.TryGetValue(device.DeviceCode, out WaitingDevice? waiting))
            {
                _byDevice[device.DeviceCode] = waiting with { Person = person, IsDeclined = person is null };
            }
        }
    }

    /// <summary>The answer to a device that asks; a grant is handed out once.</summary>
    public (WaitingDevice? Device, TokenRefusal? Refusal) Ask(string deviceCode, AppRegistration app)
    {
        lock (_lock)
        {
            if (!_byDevice.TryGetValue(deviceCode, out WaitingDevice? device) || device.App.ClientId != app.ClientId)
            {
                return (null, new TokenRefusal(TokenRefusalCode.DeviceCodeInvalid));
            }

            if (time.GetUtcNow() >= device.Ends)
            {
                Remove(device);
                return (null, new TokenRefusal(TokenRefusalCode.DeviceCodeExpired));
            }

            if (device is { Person: null, IsDeclined: false })
            {
                DateTimeOffset now = time.GetUtcNow();
                bool isHasty = now < device.AskedAt + device.Interval - IdentityLimits.DeviceHaste;
                _byDevice[deviceCode] = device with { AskedAt = now, Interval = isHasty ? device.Interval + IdentityLimits.DeviceInterval : device.Interval };
                // B774
                return (null, new TokenRefusal(isHasty ? TokenRefusalCode.SlowDown : TokenRefusalCode.AuthorizationPending));
            }

            Remove(device);
            return device.IsDeclined ? (null, new TokenRefusal(TokenRefusalCode.AuthorizationDeclined)) : (device, null);
        }
    }

    private bool IsClosed
    {
        get
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now >= _wrongSince + IdentityLimits.AttemptWindow)
            {
                (_wrong, _wrongSince) = (0, now);
            }

            return _wrong >= IdentityLimits.WrongDeviceCodes;
        }
    }

    private WaitingDevice? Waiting(string typed) =>
        _byUser.TryGetValue(string.Concat(typed.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant(), out string? device)
        && _byDevice[device] is { Person: null, IsDeclined: false } found && time.GetUtcNow() < found.Ends ? found : null;

    private void Remove(WaitingDevice device)
    {
        _byDevice.Remove(device.DeviceCode);
        _byUser.Remove(device.UserCode);
    }
}
