using System.Runtime.CompilerServices;
using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>
/// How the texts of a user lie in one array. User principal name and display name: length and bytes. Mail alias: 0 when it is missing, 1 when it is the user principal name,
/// 2 when it is its local part, else length plus 3 and bytes. Then every attribute, ascending: its number, length and bytes; none is empty. Lengths are base-128 varints, texts
/// UTF-8. Equal texts lie in equal bytes.
/// </summary>
internal static class UserTexts
{
    private const int Missing = 0;
    private const int SameAsName = 1;
    private const int LocalPartOfName = 2;
    private const int Own = 3;

    public static byte[] Pack(
        ReadOnlySpan<byte> userPrincipalName, ReadOnlySpan<byte> displayName, ReadOnlySpan<byte> mailNickname, bool hasMailNickname, ReadOnlySpan<byte> attributes)
    {
        int nickname = !hasMailNickname ? Missing
            : mailNickname.SequenceEqual(userPrincipalName) ? SameAsName
            : mailNickname.SequenceEqual(userPrincipalName[..LocalPart(userPrincipalName)]) ? LocalPartOfName
            : mailNickname.Length + Own;
        ReadOnlySpan<byte> own = nickname < Own ? [] : mailNickname;
        byte[] packed = new byte[
            BytesOf(userPrincipalName.Length) + userPrincipalName.Length + BytesOf(displayName.Length) + displayName.Length + BytesOf(nickname) + own.Length + attributes.Length];
        int at = 0;
        Write(packed, ref at, userPrincipalName.Length);
        Write(packed, ref at, userPrincipalName);
        Write(packed, ref at, displayName.Length);
        Write(packed, ref at, displayName);
        Write(packed, ref at, nickname);
        Write(packed, ref at, own);
        Write(packed, ref at, attributes);
        return packed;
    }

    public static Utf8Text UserPrincipalName(byte[] packed)
    {
        int at = 0;
        return Next(packed, ref at);
    }

    public static Utf8Text DisplayName(byte[] packed)
    {
        int at = AfterText(packed, 0);
        return Next(packed, ref at);
    }

    public static Utf8Text MailNickname(byte[] packed)
    {
        int at = 0;
        Utf8Text name = Next(packed, ref at);
        at = AfterText(packed, at);
        int nickname = Number(packed, ref at);
        return nickname switch
        {
            Missing => default,
            SameAsName => name,
            LocalPartOfName => new Utf8Text(packed, BytesOf(name.Bytes.Length), LocalPart(name.Bytes)),
            _ => new Utf8Text(packed, at, nickname - Own),
        };
    }

    /// <summary>Where the attributes begin.</summary>
    public static int Attributes(byte[] packed)
    {
        int at = AfterText(packed, AfterText(packed, 0));
        int nickname = Number(packed, ref at);
        return nickname < Own ? at : at + nickname - Own;
    }

    /// <summary>The text of an attribute among those that begin at a place.</summary>
    public static Utf8Text Attribute(byte[] packed, int at, UserAttribute attribute)
    {
        while (at < packed.Length)
        {
            UserAttribute one = (UserAttribute)packed[at++];
            int length = Number(packed, ref at);
            if (one >= attribute)
            {
                return one == attribute ? new Utf8Text(packed, at, length) : default;
            }

            at += length;
        }

        return default;
    }

    /// <summary>The text that begins at a place with its length; the place moves behind it.</summary>
    public static Utf8Text Next(byte[] packed, ref int at)
    {
        int length = Number(packed, ref at);
        at += length;
        return new Utf8Text(packed, at - length, length);
    }

    /// <summary>The bytes that an attribute takes.</summary>
    public static int BytesOfAttribute(int length) => 1 + BytesOf(length) + length;

    public static void WriteAttribute(Span<byte> to, ref int at, UserAttribute attribute, ReadOnlySpan<byte> text)
    {
        to[at++] = (byte)attribute;
        Write(to, ref at, text.Length);
        Write(to, ref at, text);
    }

    public static void Write(Span<byte> to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static void Write(Span<byte> to, ref int at, int number)
    {
        while (number >= 0x80)
        {
            to[at++] = (byte)((number & 0x7F) | 0x80);
            number >>= 7;
        }

        to[at++] = (byte)number;
    }

    private static int AfterText(byte[] packed, int at)
    {
        int length = Number(packed, ref at);
        return at + length;
    }

    // Nearly every text is shorter than 128 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Number(byte[] packed, ref int at)
    {
        int first = packed[at++];
        return first < 0x80 ? first : LongNumber(packed, ref at, first & 0x7F);
    }

    private static int LongNumber(byte[] packed, ref int at, int number)
    {
        for (int shift = 7; ; shift += 7)
        {
            int next = packed[at++];
            number |= (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }

    private static int BytesOf(int number)
    {
        int bytes = 1;
        while ((number >>= 7) > 0)
        {
            bytes++;
        }

        return bytes;
    }

    private static int LocalPart(ReadOnlySpan<byte> userPrincipalName)
    {
        int at = userPrincipalName.IndexOf((byte)'@');
        return at < 0 ? userPrincipalName.Length : at;
    }
}
