using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NAudio.Wave;

/// <summary>The files that the test compares with: sounds written by NAudio, and what omniacm.exe
/// makes of them.</summary>
sealed class Reference
{
    readonly Dictionary<string, (string File, byte[] Data)> encoded = new(); // by Formats.Key
    readonly string folder;

    public Reference(string folder)
    {
        this.folder = folder;
        var files = Directory.GetFiles(Path.Combine(folder, "encoded"), "*.wav",
                                       SearchOption.AllDirectories);

        // If there are random bytes and an encoded sound of one format, the sound replaces them.
        foreach (var file in files.OrderBy(file => !IsRandom(file)))
            using (var reader = new WaveFileReader(file))
                encoded[Formats.Key(reader.WaveFormat)] = (file, Sound.ReadAll(reader));
    }

    public static bool IsRandom(string file) => Path.GetFileName(file).StartsWith("random-");

    /// <summary>The file of a format, and its data chunk.</summary>
    public (string File, byte[] Data) Encoded(WaveFormat format) =>
        encoded.TryGetValue(Formats.Key(format), out var found)
            ? found
            : throw new FileNotFoundException("omniacm.exe has made no file of this format");

    public byte[] Pcm(WaveFormat format) =>
        Data(Sound.FileFor(Path.Combine(folder, "pcm"), format));

    public byte[] Decoded(string file) =>
        Data(file.Replace($"{Path.DirectorySeparatorChar}encoded{Path.DirectorySeparatorChar}",
                          $"{Path.DirectorySeparatorChar}decoded{Path.DirectorySeparatorChar}"));

    static byte[] Data(string file)
    {
        using var reader = new WaveFileReader(file);

        return Sound.ReadAll(reader);
    }
}

static class Sound
{
    const double Seconds = 2.3;

    public static string FileFor(string folder, WaveFormat format) =>
        Path.Combine(folder, $"{format.SampleRate}-{format.Channels}.wav");

    /// <summary>Two tones, with noise of a varying level, as 16-bit PCM.</summary>
    public static void Write(string file, WaveFormat format)
    {
        var random = new Random(format.SampleRate + format.Channels);
        int frames = (int)(Seconds * format.SampleRate);

        using var writer = new WaveFileWriter(file, format);
        for (int i = 0; i < frames; i++)
            for (int channel = 0; channel < format.Channels; channel++)
            {
                double t = (double)i / format.SampleRate;
                double noise = (random.NextDouble() - 0.5) * (1 + Math.Sin(9 * t)) * 0.1;
                double tones = 0.3 * Math.Sin(2 * Math.PI * (310 + 130 * channel) * t) +
                               0.2 * Math.Sin(2 * Math.PI * 1170 * t * (1 + 0.1 * t));

                writer.WriteSample((float)(tones + noise));
            }
    }

    /// <summary>Reads a stream to its end, in pieces that are whole blocks of its format.</summary>
    public static byte[] ReadAll(WaveStream stream)
    {
        int block = stream.WaveFormat.BlockAlign;
        var piece = new byte[Math.Max(1, 10000 / block) * block];
        var all = new MemoryStream();
        int n;

        while ((n = stream.Read(piece, 0, piece.Length)) > 0)
            all.Write(piece, 0, n);
        return all.ToArray();
    }
}
