using System.Net;
using System.Net.Sockets;
using System.Text;
using Mana.Apps.Calendar;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Ics;

namespace Mana.Apps.Tests.Calendar;

/// <summary>Files and hosts that mean harm, or are broken.</summary>
public sealed class FaultyFileScenarios
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nB")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nno gzip here")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_host_that_trickles_or_talks_nonsense_is_a_failure_soon(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var host = listener.LocalEndpoint.ToString()!;
        using var fetcher = new SafeFetcher(new CalendarOptions { PrivateHosts = host }, TimeSpan.FromSeconds(2));
        var fetching = fetcher.GetAsync(new Uri($"http://{host}/x.ics"), null, null, default);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        Assert.Equal("UPSTREAM_UNAVAILABLE", (await fetching.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Error);
    }

    [Fact]
    public void Dates_that_are_none_are_warned_of_once()
    {
        var lines = string.Concat(Enumerable.Repeat("RDATE:,,,,\r\n", 10_000));
        var reading = IcsRoundTrip.Read(Encoding.ASCII.GetBytes($"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260105T090000Z\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"));
        Assert.Single(reading.Events.Single().Warnings);
    }

    [Fact]
    public void A_file_of_nothing_but_properties_is_refused()
    {
        var reading = new IcsReading();
        reading.Feed(Encoding.ASCII.GetBytes("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"));
        var many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("A:\n", 100_000)));
        for (var i = 0; i < 7; i++)
            reading.Feed(many);
        Assert.Equal(IcsProblem.TooManyComponents, reading.Complete());
    }

    [Fact]
    public void A_reading_that_takes_too_long_ends()
    {
        var reading = new IcsReading();
        reading.Feed("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"u8);
        Assert.Equal(IcsProblem.TooSlow, reading.Complete(() => true));
    }
}
