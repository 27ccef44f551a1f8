using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mana.Kernel.Stopping;
using Mana.Kernel.Telemetry;

namespace Mana.Host.Health;

/// <summary>
/// When the certificate of the public address ends, as somebody outside sees it: the proxy that holds it renews it, and nobody notices when it does
/// not. Without https, or when the address cannot be reached from here, there is no figure.
/// </summary>
internal sealed class PublicCertificate : Worker
{
    static readonly TimeSpan Interval = TimeSpan.FromHours(6);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly Uri? _address;
    readonly TimeProvider _time;
    readonly ILogger<PublicCertificate> _log;
    DateTimeOffset? _end;

    public PublicCertificate(IConfiguration configuration, IMeterFactory meters, TimeProvider time, ILogger<PublicCertificate> log)
    {
        (_time, _log) = (time, log);
        _address = Uri.TryCreate(configuration["Auth:BaseUrl"], UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? address : null;
        meters.ForModule("Certificate").CreateObservableGauge("mana_certificate_expiry_timestamp_seconds", Read, description: "When the certificate of the public address ends, in Unix time");
    }

    /// <summary>Looks once; whether the certificate is any good is the business of those who connect.</summary>
    internal async Task LookAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(host, port, patience.Token);
            await using var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = Note }, patience.Token);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            _log.LogInformation("The certificate of the public address could not be looked at ({Kind})", exception.GetType().Name);
        }
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (_address is null)
            return;
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
                await LookAsync(_address.IdnHost, _address.Port, stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Its end is noted also when it is refused: it may have ended already.</summary>
    bool Note(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _end = certificate is X509Certificate2 known ? new DateTimeOffset(known.NotAfter.ToUniversalTime()) : null;
        return errors == SslPolicyErrors.None;
    }

    IEnumerable<Measurement<double>> Read() => _end is { } end ? [new(end.ToUnixTimeSeconds())] : [];
}
