using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mana.Notifications.Tests.Transports;

/// <summary>
/// A self-signed certificate for 127.0.0.1. The SMTP client asks one callback of the process; it trusts the certificates that say so here and
/// otherwise what the system trusts.
/// </summary>
internal sealed class ServerCertificate : IDisposable
{
    static readonly HashSet<string> Trusted = new(StringComparer.Ordinal);

    readonly string _folder = Directory.CreateTempSubdirectory("mana-certificate-").FullName;

    static ServerCertificate()
    {
#pragma warning disable SYSLIB0014, MA0039 // The only way into System.Net.Mail; it adds known certificates to the usual ones.
        ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, problems) =>
            problems == SslPolicyErrors.None || (problems == SslPolicyErrors.RemoteCertificateChainErrors && IsTrusted(certificate!.GetCertHashString(HashAlgorithmName.SHA256)));
#pragma warning restore SYSLIB0014, MA0039
    }

    public ServerCertificate(bool trusted)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        System.IO.File.WriteAllText(File, key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
        if (trusted)
            lock (Trusted)
                Trusted.Add(certificate.GetCertHashString(HashAlgorithmName.SHA256));
    }

    /// <summary>PEM of key and certificate.</summary>
    public string File => Path.Combine(_folder, "server.pem");

    static bool IsTrusted(string hash)
    {
        lock (Trusted)
            return Trusted.Contains(hash);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
