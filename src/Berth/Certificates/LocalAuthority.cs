using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Certificates;

/// <summary>
/// A certificate authority of this machine's own, for TLS without a public name. It vouches for nothing but loopback and the two
/// names that Graph programs have built in: whoever trusts it trusts it with no other site (RFC 5280, 4.2.1.10).
/// </summary>
internal static class LocalAuthority
{
    /// <summary>How long an authority is good.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>How long a server certificate is good; no client takes more than 398 days.</summary>
    public static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(397);

    /// <summary>How long before its end a certificate is made anew.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>The names the server certificate carries.</summary>
    public static readonly IReadOnlyList<string> Names = ["localhost", "graph.microsoft.com", "login.microsoftonline.com"];

    private static readonly IReadOnlyList<IPAddress> Addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(1);

    /// <summary>Makes an authority with its private key, for <see cref="Names"/>.</summary>
    public static X509Certificate2 Make(DateTimeOffset now) => Make(now, Names);

    /// <summary>Makes an authority with its private key that vouches for loopback and these names alone.</summary>
    public static X509Certificate2 Make(DateTimeOffset now, IReadOnlyList<string> names)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN=Berth local CA {now.UtcDateTime:yyyy-MM-dd}, O=Berth", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(NameConstraints(names));
        return request.CreateSelfSigned(now - Backdated, now + AuthorityLifetime);
    }

    /// <summary>Makes the server's certificate with its private key, signed by an authority, for <see cref="Names"/>.</summary>
    public static X509Certificate2 Issue(X509Certificate2 authority, DateTimeOffset now) => Issue(authority, now, Names);

    /// <summary>Makes a server's certificate with its private key, signed by an authority that vouches for these names.</summary>
    public static X509Certificate2 Issue(X509Certificate2 authority, DateTimeOffset now, IReadOnlyList<string> names)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost, O=Berth", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            alternatives.AddDnsName(name);
        }

        foreach (IPAddress address in Addresses)
        {
            alternatives.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        DateTimeOffset end = now + ServerLifetime;
        DateTimeOffset authorityEnd = new(authority.NotAfter.ToUniversalTime());
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using X509Certificate2 signed = request.Create(authority, now - Backdated, end < authorityEnd ? end : authorityEnd, serial);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Whether a certificate names the key of an authority as the one that signed it.</summary>
    public static bool Signed(X509Certificate2 authority, X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } signer
        && authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes is { } own
        && signer.Span.SequenceEqual(own.Span);

    // NameConstraints ::= SEQUENCE { permittedSubtrees [0] SEQUENCE OF GeneralSubtree }; dNSName is [2], iPAddress [7] with its mask.
    private static X509Extension NameConstraints(IReadOnlyList<string> names)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            foreach (string name in names)
            {
                using (writer.PushSequence())
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
                }
            }

            foreach (IPAddress address in Addresses)
            {
                byte[] bytes = address.GetAddressBytes();
                byte[] exactly = [.. bytes, .. Enumerable.Repeat((byte)0xff, bytes.Length)];
                using (writer.PushSequence())
                {
                    writer.WriteOctetString(exactly, new Asn1Tag(TagClass.ContextSpecific, 7));
                }
            }
        }

        return new X509Extension("2.5.29.30", writer.Encode(), true);
    }
}
