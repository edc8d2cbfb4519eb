"""How people name sensors and statistics: tables only."""

from __future__ import annotations

SENSORS: dict[str, tuple[str, ...]] = {
    "heart rate": ("heart rate", "heartrate", "pulse", "bpm", "heart beat", "heartbeat", "beats per minute", "heart"),
    "heart rate variability": ("hrv", "heart rate variability"),
    "blood oxygen": ("spo2", "blood oxygen", "oxygen saturation", "oxygen"),
    "blood pressure": ("blood pressure",),
    "skin temperature": ("skin temperature", "body temperature", "fever"),
    "temperature": ("temperature", "how warm", "how cold", "how hot"),
    "location": (
        "gps",
        "location",
        "latitude",
        "longitude",
        "where was i",
        "where did i go",
        "which city",
        "address",
        "distance",
        "how far",
    ),
    "speed": ("speed", "how fast", "km/h", "velocity"),
    "ECG": ("ecg", "ekg", "electrocardiogram"),
    "EEG": ("eeg", "brain waves", "brainwaves"),
    "EMG": ("emg", "muscle activity"),
    "skin conductance": ("eda", "gsr", "skin conductance", "electrodermal"),
    "respiration": ("respiration", "breathing rate", "breaths", "respiratory rate"),
    "light": ("light level", "ambient light", "lux", "brightness", "light sensor"),
    "humidity": ("humidity",),
    "air pressure": ("air pressure", "barometer", "barometric", "altitude", "elevation", "floors climbed"),
    "magnetometer": ("magnetometer", "magnetic field", "compass", "heading"),
    "calories": ("calories", "kcal", "energy expenditure", "calorie"),
    "glucose": ("glucose", "blood sugar"),
    "stress": ("stress level", "stress"),
    "weight": ("my weight", "body weight", "weigh"),
    "sleep stages": ("sleep stage", "sleep stages", "rem sleep", "deep sleep"),
    "camera": ("camera", "video", "photo", "picture"),
    "screen": ("screen time",),
}

QUANTITIES: dict[str, tuple[str, ...]] = {
    "mean": ("mean", "average", "avg"),
    "std": ("standard deviation", "std", "stdev", "std dev", "deviation"),
    "min": ("minimum", "min", "lowest", "smallest"),
    "max": ("maximum", "max", "highest", "peak", "largest", "strongest"),
    "median": ("median",),
    "rms": ("rms", "root mean square"),
    "range": ("peak-to-peak", "peak to peak", "range"),
    "dominant_frequency": ("dominant frequency", "main frequency", "peak frequency", "strongest frequency"),
}
