using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mana.Kernel.Privacy;

namespace Mana.Auth.Privacy;

/// <summary>
/// A person's data to take along (auth.md 19.2): as one JSON document with what this module holds, or as an archive with that and a file of
/// every module. Written while it is read: neither is ever in memory, or on disk, as a whole.
/// </summary>
internal sealed class DataExport(IEnumerable<IPersonalData> modules, TimeProvider time)
{
    public const string Version = "2.0";

    static readonly JsonWriterOptions Pretty = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{exportedAt, exportVersion, data, details}</c>, indented.</summary>
    public async Task WriteJsonAsync(DataSummary summary, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, Pretty);
        json.WriteStartObject();
        json.WriteString("exportedAt", time.GetUtcNow().UtcDateTime);
        json.WriteString("exportVersion", Version);
        json.WritePropertyName("data");
        // Not Serialize into the writer: it would flush, and a thread would wait for the network.
        JsonSerializer.SerializeToElement(summary, Web).WriteTo(json);
        json.WriteStartObject("details");
        await json.FlushAsync(cancellationToken);
        await modules.OfType<AuthPersonalData>().Single().WriteAsync(json, summary.User.Id, cancellationToken);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary><c>data.json</c> and <c>&lt;module&gt;.json</c>. When a module fails the archive has no end, and nobody takes it for whole.</summary>
    public async Task WriteArchiveAsync(DataSummary summary, Stream output, CancellationToken cancellationToken)
    {
        await using var connection = new PatientStream(output);
        var archive = await ZipArchive.CreateAsync(connection, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await AddAsync(archive, "data.json", entry => WriteJsonAsync(summary, entry, cancellationToken), cancellationToken);
        foreach (var module in modules.Where(module => module is not AuthPersonalData).OrderBy(module => module.Module, StringComparer.Ordinal))
            await AddAsync(archive, module.Module + ".json", entry => module.ExportAsync(summary.User.Id, entry, cancellationToken), cancellationToken);
        // Only here: disposing writes the directory, without which the archive does not open.
        await archive.DisposeAsync();
        await connection.FlushAsync(cancellationToken);
    }

    async Task AddAsync(ZipArchive archive, string name, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = time.GetUtcNow();
        await using var content = await entry.OpenAsync(cancellationToken);
        await write(content);
    }
}
