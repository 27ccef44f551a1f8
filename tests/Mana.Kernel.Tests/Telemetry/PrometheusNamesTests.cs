using Mana.Kernel.Telemetry;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("mana_sync_requests_total", "{request}", FamilyKind.Counter)]
    [InlineData("mana_sync_request_duration_seconds", "s", FamilyKind.Histogram)]
    [InlineData("mana_sync_connections_total", null, FamilyKind.Gauge)]
    [InlineData("auth_users_total", null, FamilyKind.Gauge)]
    [InlineData("mana_sync_plain", "By", FamilyKind.Counter)]
    internal void Ours_are_printed_as_declared(string name, string? unit, FamilyKind kind) =>
        Assert.Equal(name, PrometheusNames.Family("Mana.Sync", name, unit, kind));

    [Theory]
    [InlineData("http.server.request.duration", "s", FamilyKind.Histogram, "http_server_request_duration_seconds")]
    [InlineData("http.server.active_requests", "{request}", FamilyKind.Gauge, "http_server_active_requests")]
    [InlineData("kestrel.rejected_connections", "{connection}", FamilyKind.Counter, "kestrel_rejected_connections_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", FamilyKind.Counter, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("dotnet.process.cpu.time", "s", FamilyKind.Counter, "dotnet_process_cpu_time_seconds_total")]
    [InlineData("db.client.operation.npgsql.bytes_written", "By", FamilyKind.Counter, "db_client_operation_npgsql_bytes_written_total")]
    [InlineData("already.seconds.total", "s", FamilyKind.Counter, "already_seconds_total")]
    [InlineData("already_total", null, FamilyKind.Counter, "already_total")]
    [InlineData("megabytes", "By", FamilyKind.Gauge, "megabytes_bytes")]
    [InlineData("cache.hit", "1", FamilyKind.Gauge, "cache_hit_ratio")]
    [InlineData("things", "1", FamilyKind.Counter, "things_total")]
    [InlineData("disk.speed", "By/s", FamilyKind.Gauge, "disk_speed_By_s")]
    [InlineData("dotnet.timer.count", "{timer}", FamilyKind.Gauge, "dotnet_timers")]
    [InlineData("7up-drinks/day", null, FamilyKind.Gauge, "_7up_drinks_day")]
    internal void Those_of_others_are_translated(string name, string? unit, FamilyKind kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.Family("System.Runtime", name, unit, kind));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("1st", "_1st")]
    [InlineData("größe", "gr__e")]
    [InlineData("a:b", "a_b")]
    [InlineData("le", "exported_le")]
    [InlineData("__name__", "key__name__")]
    [InlineData("", "_")]
    public void Label_names(string key, string expected) => Assert.Equal(expected, PrometheusNames.Label(key));
}
