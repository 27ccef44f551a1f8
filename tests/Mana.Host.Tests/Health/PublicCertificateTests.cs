using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mana.Host.Health;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mana.Host.Tests.Health;

public sealed class PublicCertificateTests
{
    static readonly DateTimeOffset End = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_end_of_the_certificate_is_a_metric_also_when_nobody_trusts_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(End.AddDays(-90), End);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);
        Assert.Equal(End.ToUnixTimeSeconds(), await LookAsync(((IPEndPoint)listener.LocalEndpoint).Port));
        await serving;
    }

    [Fact]
    public async Task An_address_that_nobody_answers_gives_no_figure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Null(await LookAsync(port));
    }

    static async Task<double?> LookAsync(int port)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var certificate = new PublicCertificate(
            new ConfigurationBuilder().Build(), services.GetRequiredService<IMeterFactory>(), TimeProvider.System, NullLogger<PublicCertificate>.Instance);
        double? seen = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, ours) =>
        {
            if (instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
                ours.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen = instrument.Name == "mana_certificate_expiry_timestamp_seconds" ? value : seen);
        listener.Start();
        await certificate.LookAsync("localhost", port, TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();
        return seen;
    }

    static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(connection.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The other side did not trust it, as it should not.
        }
    }
}
