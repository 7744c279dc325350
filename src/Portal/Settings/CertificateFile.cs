using System.Text;

namespace Berth.Portal.Settings;

/// <summary>A certificate as people have it in a file: PEM, or the bytes themselves. A file with a key in it is not taken, so that no key leaves the machine (B656).</summary>
internal static class CertificateFile
{
    /// <summary>The largest file, in bytes: as much as the server takes.</summary>
    public const int MostBytes = 16 * 1024;

    private const string Begin = "-----BEGIN CERTIFICATE-----", End = "-----END CERTIFICATE-----";

    /// <summary>How wide a line of PEM is, in characters.</summary>
    private const int Line = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">What is in it.</param>
    /// <returns>The first certificate in PEM, or what is wrong with the file.</returns>
    public static (string? Pem, string? Wrong) Read(byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return (null, "It has a private key in it: nothing was sent. Choose a file with the certificate alone; the key stays with the program.");
        }

        int from = text.IndexOf(Begin, StringComparison.Ordinal), to = from < 0 ? -1 : text.IndexOf(End, from, StringComparison.Ordinal);
        if (to >= 0)
        {
            return (text[from..(to + End.Length)] + "\n", null);
        }

        // DER begins with a sequence whose length takes two bytes; a PKCS#12 file, which has a key, goes on with the number of its version.
        if (bytes is not [0x30, 0x82, _, _, 0x30, ..])
        {
            return (null, "It is no certificate: a file in PEM begins with -----BEGIN CERTIFICATE-----, one of bytes is called .cer or .der.");
        }

        StringBuilder pem = new(Begin);
        string body = Convert.ToBase64String(bytes);
        for (int at = 0; at < body.Length; at += Line)
        {
            pem.Append('\n').Append(body, at, Math.Min(Line, body.Length - at));
        }

        return (pem.Append('\n').Append(End).Append('\n').ToString(), null);
    }
}
